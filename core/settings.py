"""Every setting of the product: environment variables that start with ``MOWTHOS_``. The README's table lists them."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.errors import Invalid


class Settings(BaseSettings):
    """Read once, at start, by ``dashboard.bootstrap`` and the command line only."""

    model_config = SettingsConfigDict(env_prefix="MOWTHOS_", extra="forbid", hide_input_in_errors=True)

    secret_key: SecretStr = Field(
        min_length=32, description="Signs cookies and seals vendor secrets; 32 characters or more"
    )
    old_secret_keys: SecretStr | None = Field(
        None,
        description="Former secret keys, commas between them: they open what they sealed until `mowthos keys rotate`",
    )
    data_dir: Path = Field(Path("var"), description="Folder of the embedded database")
    database_url: str | None = Field(None, description="PostgreSQL address; unset = embedded SQLite in the data folder")
    redis_url: SecretStr | None = Field(
        None, description="Redis address; set = several processes share the work (with PostgreSQL); unset = one process"
    )
    lease_seconds: int = Field(
        12,
        ge=4,
        le=300,
        description="Seconds after which a fleet-worker that was killed or stands still loses its vendor accounts",
    )
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
    weather_url: str = Field(
        "https://api.open-meteo.com",
        description="Weather service that speaks Open-Meteo's API; its open address is for trials and private use",
    )
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
    smtp_host: str | None = Field(None, description="Mail server; unset = no mail")
    smtp_port: int = Field(
        0, ge=0, le=65535, description="Its port; 0 = the usual one: 587 with starttls, 465 with tls, 25 with none"
    )
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the line to it is encrypted: starttls, tls from the start, or none"
    )
    smtp_username: str = Field("", description="Login at the mail server; empty = none")
    smtp_password: SecretStr | None = Field(None, description="Password of that login")
    smtp_from: str = Field("", description="Sender of our mails, such as MowthosOS <notices@host.tld>")
    report_megabytes: int = Field(
        10,
        ge=1,
        le=100,
        description="MB up to which a report by mail is attached; beyond that the mail links to it",
    )
    twilio_account_sid: str | None = Field(None, description="Twilio account (AC...); unset = no text messages")
    twilio_auth_token: SecretStr | None = Field(None, description="Twilio auth token; it also signs callbacks")
    twilio_from: str = Field("", description="Our number at Twilio (+1...), or its messaging service (MG...)")
    twilio_api_url: str = Field("https://api.twilio.com", description="Twilio API service, or the simulated one")
    visit_notice_hours: int = Field(
        12,
        ge=1,
        le=72,
        description="Hours before a visit at which its household is told; by night it is told the evening before",
    )
    place_hold_hours: int = Field(
        48, ge=1, le=720, description="Hours a place that became free is held for the first in line"
    )
    referral_credit_cents: int = Field(
        0,
        ge=0,
        le=50_000,
        description="Cents credited to a home and to the one that brought it, after its first paid bill; 0 = none",
    )
    homeassistant_mqtt_host: str | None = Field(
        None, description="MQTT broker of a Home Assistant that shall see the mowers; unset = none"
    )
    homeassistant_mqtt_port: int = Field(1883, ge=1, le=65535, description="Its port")
    homeassistant_mqtt_tls: bool = Field(False, description="Whether the line to it is encrypted")
    homeassistant_mqtt_username: str = Field("", description="Login at that broker; empty = none")
    homeassistant_mqtt_password: SecretStr | None = Field(None, description="Password of that login")
    homeassistant_prefix: str = Field(
        "homeassistant", pattern=r"^[A-Za-z0-9_-]+$", description="Discovery prefix set in Home Assistant"
    )
    homeassistant_person: str = Field(
        "", description="Email of the person in whose name Home Assistant commands mowers; empty = it only watches"
    )
    session_hours: int = Field(12, ge=1, le=720, description="Hours a sign-in lasts without use")
    token_minutes: int = Field(15, ge=1, le=1440, description="Minutes a REST access token lasts")
    refresh_days: int = Field(30, ge=1, le=180, description="Days a program stays signed in without a refresh")
    user_calls_a_minute: int = Field(100, ge=1, description="REST calls a minute of one signed-in person or API key")
    address_calls_an_hour: int = Field(1_000, ge=1, description="REST calls an hour of a network address not signed in")
    cors_origins: str = Field(
        "", description="Web origins whose pages may call the REST API, commas between them; empty = none"
    )
    sign_in_attempts: int = Field(5, ge=1, description="Wrong passwords in a row before an account is locked")
    lockout_minutes: int = Field(15, ge=1, description="Minutes an account stays locked")
    second_factor: Literal["required", "offered"] = Field(
        "required",
        description="required: roles that control mowers or money need a second factor; offered: nobody does",
    )
    second_factor_grace_days: int = Field(
        7, ge=0, le=90, description="Days such a role may still enter without one, from its first sign-in on"
    )
    oidc_issuer: str | None = Field(None, description="Identity provider (OpenID Connect issuer address); unset = none")
    oidc_client_id: str = Field("", description="Our client id at the identity provider")
    oidc_client_secret: SecretStr | None = Field(None, description="Our client secret there")
    oidc_name: str = Field("", description="What the button calls the provider; empty = its host")
    oidc_create: bool = Field(False, description="Make an account for whoever the provider vouches for")
    oidc_role_claim: str = Field("groups", description="Claim that lists a person's groups")
    oidc_roles: str = Field(
        "", description="Groups that are roles, such as ops=dispatcher,it=admin; the first one that fits holds"
    )
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
    location_days: int = Field(
        1_095,
        ge=0,
        le=36_500,
        description="Days after which positions of mowers are forgotten, also within mowing sessions; 0 = never",
    )
    terms_version: str = Field(
        "", max_length=40, description="Version of terms and privacy notice to agree to at sign-up; empty = none"
    )
    terms_url: str = Field("", description="Where the terms of use stand")
    privacy_url: str = Field("", description="Where the privacy notice stands")
    coverage_cell_m: float = Field(0.25, ge=0.05, le=2, description="Side of a cell when covered lawn is counted")
    demo: bool = Field(False, description="Show the demo people as one-click sign-ins; never on a public address")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")
    sentry_dsn: SecretStr | None = Field(
        None, description="Sentry project that faults are told to, scrubbed like the log; unset = nobody"
    )
    metrics_token: SecretStr | None = Field(
        None, description="Bearer token that opens /metrics; unset = it answers this machine alone"
    )
    backup_dir: Path | None = Field(None, description="Folder that encrypted backups go to; unset = none are made")
    backup_key: SecretStr | None = Field(
        None,
        min_length=32,
        description="Passphrase of the backups: 32 characters or more, kept elsewhere",
    )
    backup_hours: int = Field(6, ge=1, le=168, description="Hours from one backup to the next")
    backup_keep_days: int = Field(30, ge=1, le=3_650, description="Days a backup is kept; the newest always is")

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("postgresql://", "postgresql+psycopg://", "sqlite:///")):
            raise ValueError("expected postgresql://user@host/name or sqlite:///file")
        return value

    @field_validator("redis_url")
    @classmethod
    def _known_redis(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value():
            return None
        if value is not None and not value.get_secret_value().startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("expected redis://host:port/number")
        return value

    @model_validator(mode="after")
    def _several_need_a_server(self) -> "Settings":
        if self.redis_url is not None and not (self.database_url or "").startswith("postgresql"):
            raise ValueError("MOWTHOS_REDIS_URL is for several processes, which need MOWTHOS_DATABASE_URL: PostgreSQL")
        return self

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("expected DEBUG, INFO, WARNING or ERROR")
        return value.upper()

    @property
    def redis(self) -> str | None:
        """The Redis address, if there is one; it may hold a password."""
        return None if self.redis_url is None else self.redis_url.get_secret_value()

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """The secret key, then the former ones."""
        old = self.old_secret_keys.get_secret_value() if self.old_secret_keys else ""
        return (self.secret_key.get_secret_value(), *(one.strip() for one in old.split(",") if one.strip()))

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """Each of the webhook signing secrets."""
        text = self.stripe_webhook_secrets.get_secret_value() if self.stripe_webhook_secrets else ""
        return tuple(one.strip() for one in text.split(",") if one.strip())

    @property
    def cors_origin_list(self) -> tuple[str, ...]:
        """Each of the origins whose pages may call the API."""
        return tuple(one.strip().rstrip("/") for one in self.cors_origins.split(",") if one.strip())

    @property
    def base_url(self) -> str:
        """Where browsers reach us, without a slash at its end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

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
    if not problem["loc"]:
        return str(problem["msg"]).removeprefix("Value error, ")
    field = str(problem["loc"][0])
    wanted = Settings.model_fields[field].description if field in Settings.model_fields else "no such setting"
    fault = "is missing" if problem["type"] == "missing" else f"is wrong ({problem['msg']})"
    return f"{variable_name(field)} {fault}: {wanted}"
