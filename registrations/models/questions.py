"""What organisers ask, the choices they give, and what people said."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q
from django.utils.translation import gettext_lazy as _

from events.models import Event, Series
from events.models.texts import translated
from registrations.models.organisations import Sector
from registrations.models.registration import Registration
from registrations.states import holding_a_place

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


class QuestionQuerySet(models.QuerySet["Question"]):
    def of_event(self, event: Event) -> Self:
        """What concerns the event, retired or not: its series' questions first, then its own."""
        own = self.filter(Q(series=event.series_id) | Q(event=event.pk))
        return own.order_by(F("event").asc(nulls_first=True), "position", "pk")

    def asked_by(self, event: Event) -> Self:
        """What the event asks now, with the choices as they are shown."""
        options = Option.objects.order_by("position", "pk")
        asked = self.of_event(event).filter(is_retired=False)
        return asked.prefetch_related(Prefetch("options", options))

    def answered_at(self, event: Event) -> Self:
        """What the event asks, and what it asked once and somebody answered."""
        answers = Answer.objects.filter(question=OuterRef("pk"), registration__event=event)
        return self.of_event(event).filter(Q(is_retired=False) | Exists(answers))

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Organisers see all; everybody else is asked on the form of an event."""
        if user.is_active and getattr(user, "is_staff", False):
            return self
        return self.none()


class Question(models.Model):
    """What an organiser asks everybody who registers: in all sessions of a series, or in one."""

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        NUMBER = "number", _("Whole number")
        YES_NO = "yes_no", _("Yes or no")
        ONE = "one", _("One of the options")
        SEVERAL = "several", _("Several of the options")

    series = models.ForeignKey(
        Series,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="questions",
        verbose_name=_("series"),
    )
    event = models.ForeignKey(
        Event,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="questions",
        verbose_name=_("session"),
    )
    kind = models.CharField(_("kind of answer"), max_length=10, choices=Kind)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    label_cs = models.CharField(_("question (Czech)"), max_length=200)
    label_en = models.CharField(_("question (English)"), max_length=200, blank=True)
    hint_cs = models.CharField(_("hint (Czech)"), max_length=300, blank=True)
    hint_en = models.CharField(_("hint (English)"), max_length=300, blank=True)
    is_required = models.BooleanField(_("must be answered"), default=False)
    # Empty: everybody is asked.
    sectors = models.JSONField(_("only for"), default=list, blank=True)
    is_retired = models.BooleanField(_("not asked any more"), default=False)

    objects: ClassVar[QuestionQuerySet] = QuestionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints = [
            models.CheckConstraint(
                condition=Q(series__isnull=True, event__isnull=False)
                | Q(series__isnull=False, event__isnull=True),
                name="question_is_of_a_series_or_of_an_event",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["text", "number", "yes_no", "one", "several"]),
                name="question_kind_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return translated(self, "label")

    @property
    def hint(self) -> str:
        return translated(self, "hint")

    @property
    def has_options(self) -> bool:
        return self.kind in {self.Kind.ONE, self.Kind.SEVERAL}

    def is_answered(self) -> bool:
        """Whether somebody answered it: from then on its kind is fixed."""
        return self.answers.exists()

    @property
    def sector_words(self) -> str:
        """Whom it asks, in words of the active language; empty where it asks everybody."""
        return ", ".join(str(Sector(sector).label) for sector in self.sectors)

    def concerns(self, sector: str) -> bool:
        return not self.sectors or sector in self.sectors


class Option(models.Model):
    """A choice that a question gives, with or without a limit of its own in each event."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="options")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    label_cs = models.CharField(_("option (Czech)"), max_length=200)
    label_en = models.CharField(_("option (English)"), max_length=200, blank=True)
    # Empty: as many as come.
    limit = models.PositiveIntegerField(
        _("places in one session"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100_000)],
    )
    is_retired = models.BooleanField(_("not given any more"), default=False)
    # Set: from then on it may have more holders than its limit, since nobody loses what they have.
    lowered_at = models.DateTimeField(_("limit lowered"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("option")
        verbose_name_plural = _("options")
        constraints = [
            models.UniqueConstraint(
                fields=["question", "label_cs"], name="option_stands_once_in_its_question"
            ),
            models.CheckConstraint(
                condition=Q(limit__isnull=True) | Q(limit__gte=1),
                name="a_limit_of_an_option_is_one_or_more",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return translated(self, "label")


class AnswerQuerySet(models.QuerySet["Answer"]):
    def held_in(self, event: Event) -> Self:
        """The choices of the event's people who hold a place: they alone are counted."""
        holding = holding_a_place(pending_holds=event.has_place_while_pending)
        return self.filter(
            registration__event=event, registration__status__in=holding, is_granted=True
        )

    def by_option(self) -> dict[int, int]:
        """How many have each option, those that nobody has left out; one query."""
        counted = self.filter(option__isnull=False).values_list("option_id").order_by()
        return dict(counted.annotate(number=Count("pk")))

    def of(self, registration: Registration) -> Self:
        return self.filter(registration=registration)

    def lost(self) -> Self:
        """Choices that were full when the person got a place."""
        return self.filter(is_granted=False)

    def in_order(self) -> Self:
        """As the form asks; an option's own order within a question."""
        question = F("question__event").asc(nulls_first=True)
        order = ("question__position", "question_id", "option__position", "pk")
        return self.order_by(question, *order)


class Answer(models.Model):
    """What one person said to one question, or one option they chose; it keeps its words."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="answers")
    option = models.ForeignKey(
        Option, on_delete=models.PROTECT, null=True, blank=True, related_name="answers"
    )
    # As the person read them.
    question_words = models.CharField(max_length=200)
    words = models.CharField(max_length=500)
    # The same as words where the person typed; "yes" or "no"; empty for an option.
    value = models.CharField(max_length=500, blank=True)
    # Not set: the option was full when this person got a place.
    is_granted = models.BooleanField(default=True)

    objects: ClassVar[AnswerQuerySet] = AnswerQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "question"],
                condition=Q(option__isnull=True),
                name="a_person_answers_a_question_once",
            ),
            models.UniqueConstraint(
                fields=["registration", "option"],
                condition=Q(option__isnull=False),
                name="a_person_chooses_an_option_once",
            ),
            models.CheckConstraint(
                condition=Q(is_granted=True) | Q(option__isnull=False),
                name="only_an_option_is_lost",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question_words}: {self.words}"
