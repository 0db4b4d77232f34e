# The dashboard and the simulated cloud in one image. Build: docker build -t mowthos .
FROM python:3.13-slim
RUN apt-get update && apt-get install -y --no-install-recommends mosquitto && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 mowthos
WORKDIR /app
COPY requirements.lock pyproject.toml README.md LICENSE ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY core core
COPY external external
COPY dashboard dashboard
COPY assets assets
RUN pip install --no-cache-dir --no-deps --no-build-isolation -e . && mkdir /data && chown mowthos /data
USER mowthos
ENV MOWTHOS_DATA_DIR=/data MOWTHOS_HOST=0.0.0.0
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/health', timeout=2)"]
CMD ["mowthos", "serve"]
