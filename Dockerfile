# syntax=docker/dockerfile:1
# Three stages: one builds the console, one installs what the lock file names, the last holds only what runs. It runs as a
# user without a shell, writes below /var/lib/mabar and /tmp alone, and needs no shell but to make a database cluster
# (PostgreSQL's initdb), which it does once and only without DATABASE_URL.
#
# A tag can be moved. Whoever builds for use names the image by its digest, which the registry tells:
#   docker build --build-arg BASE=python:3.11-slim-bookworm@sha256:… .
ARG BASE=python:3.11-slim-bookworm
ARG NODE=node:22-bookworm-slim

FROM ${NODE} AS console
WORKDIR /opt/console
COPY console/package.json console/package-lock.json console/.npmrc ./
RUN npm ci --omit=dev
COPY console .
RUN npm run build

FROM ${BASE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /opt/mabar
RUN python -m venv .venv
COPY requirements.lock ./
RUN .venv/bin/pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md ./
COPY ocr ocr
COPY watchlist watchlist
COPY service service
COPY api api
COPY verifier verifier
RUN .venv/bin/pip install --no-deps --no-build-isolation --no-index --editable . \
    && .venv/bin/python -m compileall -q ocr watchlist service api verifier

FROM ${BASE}
LABEL org.opencontainers.image.title="Mabar" \
      org.opencontainers.image.description="Border-crossing processing that a border agency can own" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN groupadd --system --gid 10001 mabar \
    && useradd --system --uid 10001 --gid 10001 --create-home --home-dir /var/lib/mabar --shell /usr/sbin/nologin mabar
WORKDIR /opt/mabar
COPY --from=build /opt/mabar /opt/mabar
COPY alembic alembic
COPY --from=console /opt/console/dist console/dist
ENV PATH=/opt/mabar/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    OMP_THREAD_LIMIT=1 \
    MABAR_HOST=0.0.0.0 \
    MABAR_DATA_DIR=/var/lib/mabar
USER 10001:10001
VOLUME /var/lib/mabar
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health/live', timeout=2)"]
CMD ["mabar", "serve"]
