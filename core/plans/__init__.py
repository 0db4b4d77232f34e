"""Plans that devices keep themselves: read back, made, changed, run."""

from core.plans.desk import DevicePlans, Plans
from core.plans.model import DevicePlan, PlanDraft, PlanList, copy_name

__all__ = ["DevicePlan", "DevicePlans", "PlanDraft", "PlanList", "Plans", "copy_name"]
