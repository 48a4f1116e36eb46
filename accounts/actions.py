"""Verbs on people: who is an organiser."""

from allauth.account.models import EmailAddress

from accounts.models import User
from accounts.transactions import action


@action
def add_organiser(*, email: str, password: str) -> tuple[User, bool]:
    """Makes an address an organiser's; returns the person and whether they are new.

    `email` is clean and lower-case. A new person gets `password`; somebody who is there already
    is promoted and keeps theirs. The address counts as verified: whoever runs this vouches for it.
    A deactivated person stays deactivated.
    """
    user, is_new = User.objects.get_or_create(email=email, defaults={"is_staff": True})
    if is_new:
        user.set_password(password)
    user.is_staff = True
    user.save(update_fields=["password", "is_staff"])
    EmailAddress.objects.update_or_create(
        user=user, email=email, defaults={"verified": True, "primary": True}
    )
    return user, is_new
