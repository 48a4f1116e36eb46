"""The settings of the yardstick: the same middleware, database and gunicorn, other views."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.bare"
