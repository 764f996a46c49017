# One image for everything: `up` runs the whole studio, or give a single process as the command:
#   web | qcluster (Q_CLUSTER_NAME=render for the render lane) | watch | prepare | prune
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/retake/.venv
# With what object storage needs: several nodes share their media through a bucket.
COPY requirements-s3.txt /tmp/requirements.txt
RUN /opt/retake/.venv/bin/pip install --require-hashes --only-binary :all: -r /tmp/requirements.txt

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin retake \
 && install -d -o retake -g retake -m 0700 /data
COPY --from=build /opt/retake/.venv /opt/retake/.venv
COPY . /opt/retake
WORKDIR /opt/retake
RUN .venv/bin/python -m compileall -q studio
ENV PATH=/opt/retake/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=2 \
    STUDIO_HOST=0.0.0.0 \
    STUDIO_DATA_DIR=/data \
    PORT=8000
USER retake
VOLUME /data
EXPOSE 8000
# The start of the first run collects static files and makes the tables.
HEALTHCHECK --interval=15s --timeout=4s --start-period=90s --retries=3 \
  CMD python -c 'import os, sys; from studio.operations.probing import answers; sys.exit(not answers(("127.0.0.1", int(os.environ["PORT"])), 3))'
# `exec` form: signals reach `up` itself, which ends its parts and reaps what is orphaned.
ENTRYPOINT ["python", "manage.py"]
CMD ["up"]
