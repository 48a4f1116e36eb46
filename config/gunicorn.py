"""How gunicorn serves: threads, limits and masked log lines. It stands behind a reverse proxy."""

from config import environment

env = environment.Env()

wsgi_app = "config.wsgi:application"
bind = f"127.0.0.1:{env.int('PORT', default=8000)}"
worker_class = "gthread"
workers = env.int("WEB_CONCURRENCY", default=2)
threads = env.int("WEB_THREADS", default=4)
# More wait in the one queue of the socket: in a crowd no worker's line grows longer than another's.
worker_connections = 50

# Seconds. A worker that is silent for `timeout` is replaced; one that is told to end may finish.
timeout = 60
graceful_timeout = 20
keepalive = 5

# Bytes, and a number of lines: what a browser sends fits many times over.
limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190

# Who the client is and how it came is decided by TRUSTED_PROXIES in the settings, nowhere else.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""
control_socket_disable = True

accesslog = None
loglevel = env.str("LOG_LEVEL", default="INFO").lower()
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"masked": {"()": "config.logging.MaskSecrets"}},
    "formatters": {"json": {"()": "config.logging.JsonFormatter"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "filters": ["masked"],
            "formatter": "json",
        }
    },
    "root": {"handlers": ["stderr"], "level": loglevel.upper()},
    "loggers": {
        "gunicorn.error": {
            "handlers": ["stderr"],
            "level": loglevel.upper(),
            "propagate": False,
            "qualname": "gunicorn.error",
        }
    },
}
