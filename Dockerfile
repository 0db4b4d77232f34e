# The dashboard, its workers and the simulated cloud in one image. Build: docker build -t mowthos .
# 1. Everything that may need a compiler: libraries and our own package, into one folder.
FROM python:3.13-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends build-essential && rm -rf /var/lib/apt/lists/*
WORKDIR /app
RUN python -m venv /opt/mowthos
ENV PATH=/opt/mowthos/bin:$PATH
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY core core
COPY external external
COPY dashboard dashboard
COPY assets assets
RUN pip install --no-cache-dir --no-deps --no-build-isolation -e .

# 2. What runs: no compiler, no root, PostgreSQL's client tools for backups, mosquitto for the demo's broker.
FROM python:3.13-slim
RUN apt-get update && apt-get install -y --no-install-recommends mosquitto postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 mowthos && mkdir /data /backups && chown mowthos /data /backups
WORKDIR /app
COPY --from=build /opt/mowthos /opt/mowthos
COPY --from=build /app /app
USER mowthos
ENV PATH=/opt/mowthos/bin:$PATH PYTHONUNBUFFERED=1 MOWTHOS_DATA_DIR=/data MOWTHOS_HOST=0.0.0.0
VOLUME ["/data", "/backups"]
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/health', timeout=2)"]
CMD ["mowthos", "serve"]
