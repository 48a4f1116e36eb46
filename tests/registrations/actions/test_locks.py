import pytest

from events.models import Event
from registrations import actions
from registrations.models import Registration
from tests import factories

pytestmark = pytest.mark.django_db


def test_an_unknown_event_or_registration_is_absent():
    with pytest.raises(Event.DoesNotExist):
        actions.register(0, factories.application(), factories.submit())
    with pytest.raises(Registration.DoesNotExist):
        actions.cancel_registration(0)
