"""Which addresses may be told: public ones over https, never our own network or machine (SSRF). Pure."""

from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from core.errors import Invalid
from core.texts import N_, Text

LONGEST_URL = 500
NAT64 = 0x0064_FF9B << 96
SIX_TO_FOUR = 0x2002


def public(address: str) -> bool:
    """Whether an IP address is reachable for anyone: not private, loopback, link-local, multicast or reserved, also
    where such an IPv4 address stands inside an IPv6 one."""
    try:
        found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or _nat64(found)
        if inner is not None:
            return public(str(inner))
        if found.teredo is not None:
            return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


def check_url(url: str) -> str:
    """The address, or ``Invalid`` with what was expected. What a name resolves to is looked at when it is called."""
    url = url.strip()
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise Invalid(Text("url: expected at most {n} plain characters", n=LONGEST_URL))
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise Invalid(N_("url: expected https://host/path")) from None
    if parts.scheme != "https" or not host or parts.username is not None or parts.fragment:
        raise Invalid(N_("url: expected https://host/path, without a user or a fragment"))
    if _is_ip(host) and not public(host):
        raise Invalid(N_("url: private, loopback and link-local addresses are never called"))
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")) or "." not in host + _dots(host):
        raise Invalid(N_("url: expected a public host"))
    return url


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _dots(host: str) -> str:
    """An IPv6 address needs no dot to be a public host."""
    return "." if ":" in host else ""


def _nat64(found: IPv6Address) -> IPv4Address | None:
    """The IPv4 address within 64:ff9b::/96 (RFC 6052)."""
    return IPv4Address(int(found) & 0xFFFF_FFFF) if int(found) >> 32 == NAT64 >> 32 else None
