"""The tabs of a mower's page, one file each: ``now``, ``history``, ``commands`` ... See ``dashboard.pages.mower``."""
