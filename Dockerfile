# One image for web, worker, beat and migrate: docker-compose.yml says which it is.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DATA_DIR=/srv/data \
    PATH=/opt/venv/bin:$PATH

RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin setkani \
    && install --directory --owner setkani --group setkani /srv/data \
    && python -m venv /opt/venv

COPY requirements.txt /tmp/requirements.txt
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes \
    --requirement /tmp/requirements.txt

WORKDIR /srv/setkani
COPY manage.py ./
COPY config ./config
COPY accounts ./accounts
COPY events ./events
COPY registrations ./registrations
COPY notifications ./notifications
COPY desk ./desk
COPY templates ./templates
COPY static ./static
COPY locale ./locale

USER setkani
# The key of this one command is thrown away: an image holds no secret.
RUN SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(60))')" \
    python manage.py collectstatic --no-input --verbosity 0

EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 \
    CMD ["python", "-m", "config.readiness"]
CMD ["gunicorn", "--config", "config/gunicorn.py", "--bind", "0.0.0.0:8000"]
