"""What is written to whom: messages, what was reminded, and who wishes to hear of a date."""

from notifications.models.follows import Follow, FollowQuerySet
from notifications.models.messages import Message, MessageQuerySet, Reminder

__all__ = ["Follow", "FollowQuerySet", "Message", "MessageQuerySet", "Reminder"]
