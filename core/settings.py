"""Every setting of the product: environment variables that start with ``MOWTHOS_``. The README's table lists them."""

from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.errors import Invalid


class Settings(BaseSettings):
    """Read once, at start, by ``dashboard.bootstrap`` and the command line only."""

    model_config = SettingsConfigDict(env_prefix="MOWTHOS_", extra="forbid", hide_input_in_errors=True)

    secret_key: SecretStr = Field(
        min_length=32, description="Signs cookies and seals vendor secrets; 32 characters or more"
    )
    data_dir: Path = Field(Path("var"), description="Folder of the embedded database")
    database_url: str | None = Field(None, description="PostgreSQL address; unset = embedded SQLite in the data folder")
    host: str = Field("127.0.0.1", description="Address the dashboard listens on")
    port: int = Field(8080, ge=1, le=65535, description="Port the dashboard listens on")
    public_url: str | None = Field(None, description="Address browsers use, when a proxy stands in front")
    mammotion_login_url: str = Field("https://id.mammotion.com", description="Vendor login service")
    mammotion_api_url: str = Field("https://domestic.mammotion.com", description="Vendor API service")
    mammotion_request_ceiling: int = Field(500, ge=10, description="Requests a vendor account may make in 24 h (B11)")
    mammotion_link_accounts: bool = Field(True, description="Whether this process owns the vendor connections")
    tile_url: str | None = Field(None, description="Raster tile address with {z} {x} {y}; unset = vector map only")
    tile_attribution: str = Field("", description="Attribution the tile server asks for")
    mapbox_token: SecretStr | None = Field(
        None, description="Mapbox access token for addresses the book lacks; unset = the book alone"
    )
    mapbox_url: str = Field("https://api.mapbox.com", description="Mapbox API service")
    cluster_logic_dir: Path | None = Field(
        None,
        description="Folder of the original Cluster-Logic, to compare with; unset = not installed",
    )
    stripe_secret_key: SecretStr | None = Field(None, description="Stripe secret key (sk_...); unset = no payments")
    stripe_api_url: str = Field("https://api.stripe.com", description="Stripe API service, or the simulated one")
    stripe_webhook_secrets: SecretStr | None = Field(
        None, description="Webhook signing secrets (whsec_...), commas between them while one replaces another"
    )
    stripe_tax: bool = Field(
        False, description="Let Stripe Tax work tax out and add it to bills (set it up in Stripe's dashboard first)"
    )
    full_charge_wh: int = Field(
        0,
        ge=0,
        le=5_000,
        description="Watt-hours a mower's full charge draws from the wall, for the host's power credit; 0 = no credit",
    )
    session_hours: int = Field(12, ge=1, le=720, description="Hours a sign-in lasts without use")
    token_minutes: int = Field(60, ge=1, le=1440, description="Minutes a REST bearer token lasts")
    sign_in_attempts: int = Field(5, ge=1, description="Wrong passwords in a row before an account is locked")
    lockout_minutes: int = Field(15, ge=1, description="Minutes an account stays locked")
    stale_after_minutes: int = Field(15, ge=1, description="Minutes after which docked, charging and idle go stale")
    cluster_min_neighbours: int = Field(3, ge=1, le=20, description="Neighbours that make a full cluster, at least")
    cluster_max_neighbours: int = Field(5, ge=1, le=20, description="Neighbours that fit one mower, at most")
    cluster_forming_minimum: int = Field(
        1, ge=1, le=20, description="Neighbours with which a cluster may begin to form"
    )
    cluster_radius_m: float = Field(80.0, ge=1, le=500, description="Metres from host to neighbour, at most")
    history_raw_days: int = Field(
        30, ge=1, le=3_650, description="Days every reading is kept; then one a minute, except within mowing sessions"
    )
    coverage_cell_m: float = Field(0.25, ge=0.05, le=2, description="Side of a cell when covered lawn is counted")
    demo: bool = Field(False, description="Show the demo people as one-click sign-ins; never on a public address")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("postgresql://", "postgresql+psycopg://", "sqlite:///")):
            raise ValueError("expected postgresql://user@host/name or sqlite:///file")
        return value

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("expected DEBUG, INFO, WARNING or ERROR")
        return value.upper()

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """Each of the webhook signing secrets."""
        text = self.stripe_webhook_secrets.get_secret_value() if self.stripe_webhook_secrets else ""
        return tuple(one.strip() for one in text.split(",") if one.strip())

    @property
    def database(self) -> str:
        """The database address in use."""
        return self.database_url or f"sqlite:///{self.data_dir / 'mowthos.sqlite3'}"


def load_settings(**overrides: Any) -> Settings:
    """The settings from the environment; ``Invalid`` names every wrong or missing variable, never its value."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        reasons = [_describe(problem) for problem in error.errors(include_input=False, include_context=False)]
        raise Invalid("settings: " + "; ".join(reasons), reasons=reasons) from None


def variable_name(field: str) -> str:
    """The environment variable of a settings field."""
    return f"MOWTHOS_{field.upper()}"


def _describe(problem: Any) -> str:
    field = str(problem["loc"][0])
    wanted = Settings.model_fields[field].description if field in Settings.model_fields else "no such setting"
    fault = "is missing" if problem["type"] == "missing" else f"is wrong ({problem['msg']})"
    return f"{variable_name(field)} {fault}: {wanted}"
