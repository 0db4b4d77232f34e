"""The mower models the simulated cloud knows. A device's name decides its model, as in the vendor's app."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class MowerModel:
    """One model: lengths in metres, speeds in m/s, spans in minutes of full battery."""

    prefix: str
    title: str
    product_key: str
    internal: str
    lane_width_m: float
    speed_m_s: float
    mowing_minutes: float  # full to empty while mowing
    charging_minutes: float  # empty to full
    knife_height_mm: int
    cutter_rpm: int
    firmware: str
    vision: bool = False


MODELS = (
    MowerModel(
        prefix="Luba-VS", title="Luba 2", product_key="6kWUnPW8UrW", internal="HM100", lane_width_m=0.38,
        speed_m_s=0.40, mowing_minutes=150, charging_minutes=75, knife_height_mm=50, cutter_rpm=2800,
        firmware="1.30.25.15", vision=True,
    ),
    MowerModel(
        prefix="Luba-VP", title="Luba 2 Pro", product_key="ATyVu9QkAdX", internal="HM441", lane_width_m=0.38,
        speed_m_s=0.40, mowing_minutes=160, charging_minutes=80, knife_height_mm=55, cutter_rpm=2800,
        firmware="2.1.5.12", vision=True,
    ),
    MowerModel(
        prefix="Luba-MN", title="Luba mini", product_key="ftDnXns2cdT", internal="HM430", lane_width_m=0.30,
        speed_m_s=0.35, mowing_minutes=120, charging_minutes=70, knife_height_mm=45, cutter_rpm=2600,
        firmware="2.1.5.12", vision=True,
    ),
    MowerModel(
        prefix="Luba-VA", title="Luba 3 AWD", product_key="uY54W5rM8YH", internal="HM442", lane_width_m=0.38,
        speed_m_s=0.42, mowing_minutes=170, charging_minutes=80, knife_height_mm=55, cutter_rpm=2800,
        firmware="2.1.8.20", vision=True,
    ),
    MowerModel(
        prefix="Yuka-MN", title="Yuka mini", product_key="8xMGQS6DESC", internal="MN200", lane_width_m=0.25,
        speed_m_s=0.30, mowing_minutes=90, charging_minutes=55, knife_height_mm=40, cutter_rpm=2500,
        firmware="1.30.25.20", vision=True,
    ),
    MowerModel(
        prefix="Yuka-", title="Yuka", product_key="KJHXKHMEvj3", internal="MN100", lane_width_m=0.30,
        speed_m_s=0.32, mowing_minutes=110, charging_minutes=65, knife_height_mm=45, cutter_rpm=2500,
        firmware="1.30.25.20", vision=True,
    ),
)  # fmt: skip


def model_of(device_name: str) -> MowerModel:
    """The model a device name stands for (the longest matching prefix); ``ValueError`` names the known ones."""
    known = [model for model in MODELS if device_name.startswith(model.prefix)]
    if not known:
        prefixes = ", ".join(model.prefix for model in MODELS)
        raise ValueError(f"device name {device_name!r} tells no known model (expected one of: {prefixes})")
    return max(known, key=lambda model: len(model.prefix))
