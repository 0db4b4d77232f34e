"""Imports every table module, so that metadata is complete for migrations and drift checks."""

from sqlmodel import SQLModel

import core.accounts.sign_in_tables
import core.accounts.tables
import core.accounts.token_tables
import core.areas.tables
import core.billing.referral_tables
import core.billing.tables
import core.billing.usage_tables
import core.control.tables
import core.distant.tables
import core.fleet.alarms.tables
import core.fleet.holding.tables
import core.fleet.maintenance.tables
import core.fleet.sessions.tables
import core.fleet.tables
import core.hooks.tables
import core.household.tables
import core.jobs.tables
import core.lawnmaps.tables
import core.neighbourhood.clusters.tables
import core.neighbourhood.lawns.tables
import core.neighbourhood.lots.tables
import core.neighbourhood.partition.tables
import core.neighbourhood.registration.tables
import core.neighbourhood.tables
import core.notices.tables
import core.reports.tables
import core.scheduling.run_tables
import core.scheduling.tables
import core.scheduling.weather_tables
import core.shares.tables

metadata = SQLModel.metadata

__all__ = ["core", "metadata"]
