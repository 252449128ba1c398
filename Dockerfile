# Base images are pinned by version tag. For a build that can be repeated to the byte, add the digests that
# `docker buildx imagetools inspect IMAGE` shows.
ARG PYTHON=python:3.13.16-slim-bookworm

FROM node:24.21.0-bookworm-slim AS assets
WORKDIR /src/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY frontend ./
RUN npm run build

FROM ${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ONLY_BINARY=:all:
WORKDIR /src
COPY requirements.lock ./
RUN python -m venv /opt/pitchscoop && /opt/pitchscoop/bin/pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY pitchscoop pitchscoop
COPY --from=assets /src/pitchscoop/doors/web/assets pitchscoop/doors/web/assets
RUN /opt/pitchscoop/bin/python -m pitchscoop.doors.paper.fonts
RUN /opt/pitchscoop/bin/hatchling build --target wheel && \
    /opt/pitchscoop/bin/pip install --no-deps --no-index dist/*.whl

FROM ${PYTHON}
LABEL org.opencontainers.image.title="PitchScoop" \
      org.opencontainers.image.description="Records pitches, keeps the audio safe, and plays them back" \
      org.opencontainers.image.licenses="MIT"
RUN groupadd --gid 10001 pitchscoop && \
    useradd --uid 10001 --gid pitchscoop --home-dir /data --no-create-home --shell /usr/sbin/nologin pitchscoop && \
    install --directory --owner=pitchscoop --group=pitchscoop --mode=0700 /data
COPY --from=build /opt/pitchscoop /opt/pitchscoop
ENV PATH=/opt/pitchscoop/bin:$PATH \
    PITCHSCOOP_DATA=/data \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
# By number, so that an orchestrator can see that it is not root.
USER 10001:10001
WORKDIR /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["pitchscoop"]
CMD ["serve", "--host", "0.0.0.0"]
