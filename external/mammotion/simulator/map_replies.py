"""The map on the wire: area names, hash lists and zone frames (acknowledged one by one), routes and cover paths."""

from collections.abc import Iterable, Sequence
from itertools import batched
from typing import Any

from pymammotion.proto import luba_msg_pb2, mctrl_nav_pb2

from external.mammotion.simulator import wire
from external.mammotion.simulator.device import Device
from external.mammotion.simulator.jobs import Job, Line, plan_job
from external.mammotion.simulator.lawn import Zone

type Messages = list[luba_msg_pb2.LubaMsg]

HASHES_A_FRAME = 20
POINTS_A_FRAME = 40
POINTS_A_PATH_PACKET = 60
_ROOT, _ACK, _LINES, _DUMPS = 0, 2, 3, 4
_START, _RECEIVED = 1, 2
_SYNC = 8
_REFUSED = 1
_DYNAMICS_LINE = 18


def area_names(device: Device, request: Any, now_ms: int) -> Messages:
    """``toapp_map_name_msg``: the list of names (hash 0), or a rename, echoed."""
    reply = device.envelope(wire.NAV, now_ms=now_ms)
    if request.rw == 1 and request.hash in device.names:
        device.names[request.hash] = request.name
        reply.nav.toapp_map_name_msg.CopyFrom(request)
        return [reply]
    names = reply.nav.toapp_all_hash_name
    names.deviceId = request.deviceId
    for key, name in device.names.items():
        names.hashnames.add(hash=key, name=name)
    return [reply]


def hash_list(device: Device, request: Any, now_ms: int) -> Messages:
    """``todev_gethash``: 0 all zones, 3 the route's lines, 4 dump points (none); 2 acknowledges and asks for more."""
    if request.subCmd == _ACK:
        return _next_hash_frame(device, request.currentFrame, now_ms)
    hashes = {_ROOT: [zone.hash for zone in device.lawn.zones], _LINES: [line.hash for line in _lines(device)]}.get(
        request.subCmd, []
    )
    device.fetch.hash_frames = [
        mctrl_nav_pb2.NavGetHashListAck(
            pver=1, subCmd=request.subCmd, hashLen=len(part), dataCouple=part, currentFrame=number
        )
        for number, part in enumerate(_parts(hashes, HASHES_A_FRAME), start=1)
    ]
    for frame in device.fetch.hash_frames:
        frame.totalFrame = len(device.fetch.hash_frames)
    return _next_hash_frame(device, 0, now_ms)


def _next_hash_frame(device: Device, received: int, now_ms: int) -> Messages:
    if received >= len(device.fetch.hash_frames):
        return []
    reply = device.envelope(wire.NAV, now_ms=now_ms)
    reply.nav.toapp_gethash_ack.CopyFrom(device.fetch.hash_frames[received])
    return [reply]


def common_data(device: Device, request: Any, now_ms: int) -> Messages:
    """``todev_get_commondata`` action 8: one zone's frames, each sent after the one before is acknowledged."""
    if request.action == _SYNC and request.subCmd == _START:
        device.fetch.data_frames = _frames(device, request)
        return _next_data_frame(device, 0, now_ms)
    if request.subCmd == _RECEIVED:
        frames = device.fetch.data_frames
        same = bool(frames) and frames[0].Hash == request.hash
        return _next_data_frame(device, request.currentFrame, now_ms) if same else []
    reply = device.envelope(wire.NAV, now_ms=now_ms)
    answer = reply.nav.toapp_get_commondata_ack
    answer.pver, answer.action, answer.type, answer.result = 1, request.action, request.type, _REFUSED
    return [reply]  # drawing and deleting map elements is not simulated


def _frames(device: Device, request: Any) -> list[mctrl_nav_pb2.NavGetCommDataAck]:
    zone = next((zone for zone in device.lawn.zones if zone.hash == request.hash), None)
    if zone is None:
        points = _driven(device) if request.type == _DYNAMICS_LINE else ()
        return _data_frames(request.type, request.hash, points)
    return _data_frames(zone.kind, zone.hash, zone.points, name=device.names.get(zone.hash, zone.name), zone=zone)


def _data_frames(
    kind: int, key: int, points: Sequence[tuple[float, float]], *, name: str = "", zone: Zone | None = None
) -> list[mctrl_nav_pb2.NavGetCommDataAck]:
    frames = []
    for number, part in enumerate(_parts(points, POINTS_A_FRAME), start=1):
        frame = mctrl_nav_pb2.NavGetCommDataAck(
            pver=1, subCmd=_START, action=_SYNC, type=kind, Hash=key, currentFrame=number, dataLen=len(part)
        )
        for x, y in part:
            frame.dataCouple.add(x=x, y=y)
        if zone is not None:
            frame.dataHash = zone.hash
            frame.nameTime.name = name
        frames.append(frame)
    for frame in frames:
        frame.totalFrame = len(frames)
    return frames


def _next_data_frame(device: Device, received: int, now_ms: int) -> Messages:
    if received >= len(device.fetch.data_frames):
        return []
    reply = device.envelope(wire.NAV, now_ms=now_ms)
    reply.nav.toapp_get_commondata_ack.CopyFrom(device.fetch.data_frames[received])
    return [reply]


def route_request(device: Device, request: Any, now_ms: int) -> Messages:
    """``bidire_reqconver_path``: 0 plan a route, 2 tell the current one, 3 change it, 9 done with planning."""
    reply = device.envelope(wire.NAV, now_ms=now_ms)
    answer = reply.nav.bidire_reqconver_path
    if request.subCmd in (0, 3):
        device.planned = plan_job(
            device.lawn,
            device.model,
            zone_hashes=request.zoneHashs,
            angle_deg=request.toward,
            speed_m_s=request.speed or None,
            knife_height_mm=request.knifeHeight or None,
            spacing_m=request.channelWidth / 100 or None,
            border_laps=request.edgeMode,
        )
        device.planned_request = mctrl_nav_pb2.NavReqCoverPath()
        device.planned_request.CopyFrom(request)
        device.push_soon()  # path_hash is another now
    if device.planned_request is not None:
        answer.CopyFrom(device.planned_request)
    job = device.planned or device.mower.job
    answer.pver, answer.subCmd, answer.result = 1, request.subCmd, 0
    if job is not None:
        answer.pathHash, answer.jobId = job.path_hash, job.path_hash
        del answer.zoneHashs[:]
        answer.zoneHashs.extend(job.zone_hashes)
        answer.speed, answer.knifeHeight = job.speed_m_s, job.knife_height_mm
        answer.toward, answer.channelWidth = round(job.angle_deg), round(job.spacing_m * 100)
        answer.edgeMode = job.border_laps
    return [reply]


def cover_paths(device: Device, request: Any, now_ms: int) -> Messages:
    """``app_request_cover_paths``: the points of the asked lines, all frames one after the other."""
    job = _route(device)
    asked = [line for line in _lines(device) if line.hash in set(request.hash_list)]
    packets = [packet for line in asked for packet in _packets(line)]
    replies = []
    for number, packet in enumerate(packets, start=1):
        reply = device.envelope(wire.NAV, now_ms=now_ms)
        frame = reply.nav.cover_path_upload
        frame.pver, frame.subCmd, frame.transaction_id = 1, request.subCmd, request.transaction_id
        frame.area = round(job.area_m2) if job is not None else 0
        frame.time = job.minutes_total if job is not None else 0
        frame.totalFrame, frame.currentFrame = len(packets), number
        frame.total_path_num = frame.valid_path_num = len(asked)
        frame.dataLen = len(packet.dataCouple)
        frame.path_packets.append(packet)
        replies.append(reply)
    return replies


def _packets(line: Line) -> list[mctrl_nav_pb2.cover_path_packet_t]:
    packets = []
    for number, part in enumerate(_parts(line.points, POINTS_A_PATH_PACKET), start=1):
        packet = mctrl_nav_pb2.cover_path_packet_t(
            path_hash=line.hash, path_type=0, path_cur=number, zone_hash=line.zone_hash
        )
        for x, y in part:
            packet.dataCouple.add(x=x, y=y)
        packets.append(packet)
    for packet in packets:
        packet.path_total = len(packets)
    return packets


def _route(device: Device) -> Job | None:
    return device.planned or device.mower.job


def _lines(device: Device) -> tuple[Line, ...]:
    job = _route(device)
    return job.lines if job is not None else ()


def _driven(device: Device) -> tuple[tuple[float, float], ...]:
    job = device.mower.job
    return () if job is None else tuple(leg.end for leg in job.legs[: device.mower.leg])


def _parts[T](items: Iterable[T], size: int) -> list[tuple[T, ...]]:
    """Frames of ``size`` items; an empty list is one empty frame, so that the asker need not wait in vain."""
    return list(batched(items, size, strict=False)) or [()]
