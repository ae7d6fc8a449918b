# Two stages: wheels are built and installed where compilers may be; what runs has neither compilers nor a root user.
# No COPY of secrets, no secret as build argument: everything secret comes from the environment at start.

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /app/.venv
COPY requirements.txt /tmp/requirements.txt
RUN /app/.venv/bin/pip install --require-hashes -r /tmp/requirements.txt

FROM python:3.11-slim-bookworm
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    VAR_DIR=/var/lib/rems STATIC_ROOT=/app/staticfiles BIND=0.0.0.0:8000 XDG_CACHE_HOME=/tmp/cache
# Pango draws the PDFs; DejaVu stands in where the portal's own font has no sign.
RUN apt-get update \
    && apt-get install --no-install-recommends --yes libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin rems \
    && install --directory --owner=rems --group=rems /var/lib/rems
WORKDIR /app
COPY --from=build /app/.venv /app/.venv
COPY . .
# Static files are gathered into the image; the key of this one step signs nothing and stays in no layer's environment.
RUN SECRET_KEY=only-to-collect-static-files VAR_DIR=/tmp/build python manage.py collectstatic --noinput --verbosity 0 \
    && rm -rf /tmp/build \
    && python -m compileall -q rems_portal prescribers patients pharmacies authorizations
USER rems
EXPOSE 8000
CMD ["gunicorn", "rems_portal.wsgi"]
