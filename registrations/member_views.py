"""The form of a meeting behind a membership's own link."""

from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from registrations import actions, limits, questions
from registrations.member_form import MemberForm
from registrations.memberships import Meeting, meeting_named
from registrations.models import Booking, Registration
from registrations.nonces import Nonce
from registrations.secret_forms import send
from registrations.secret_pages import secret_page


def _meeting(token: str, slug: str) -> Meeting:
    membership = get_object_or_404(Registration.objects.with_event(), token=token)
    found = meeting_named(membership, slug, timezone.now())
    if found is None:
        raise Http404
    return found


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@secret_page
def register_member(request: HttpRequest, token: str, slug: str) -> HttpResponse:
    """A member comes to a meeting of their group.

    No other site can forge this form, as with `cancel`.
    """
    meeting = _meeting(token, slug)
    asked = questions.asked_by(meeting.event)
    if request.method != "POST":
        nonce = Nonce.new(meeting.event.pk, meeting.now).signed()
        form = MemberForm(membership=meeting.membership, asked=asked, initial={"nonce": nonce})
        return _page(request, meeting, form)
    return _send(
        request, meeting, MemberForm(request.POST, membership=meeting.membership, asked=asked)
    )


def _page(
    request: HttpRequest,
    meeting: Meeting,
    form: MemberForm,
    status: int = 200,
    notice: str = "",
    *,
    is_of_quota: bool = False,
) -> HttpResponse:
    context = {"meeting": meeting, "event": meeting.event, "form": form, "notice": notice}
    context |= {"registration": meeting.membership, "now": meeting.now, "is_of_quota": is_of_quota}
    return render(request, "registrations/register_member.html", context, status=status)


def _send(request: HttpRequest, meeting: Meeting, form: MemberForm) -> HttpResponse:
    event, membership = meeting.event, meeting.membership

    def act(form: MemberForm, nonce: Nonce) -> None:
        submit = actions.Submit(
            key=nonce.key,
            via=Booking.Via.MEMBER,
            client_digest=limits.client_digest(request),
            membership_id=membership.pk,
        )
        actions.register(event.pk, form.application(translation.get_language()), submit)

    show = partial(_page, request, meeting)
    refused = send(request, event, form, meeting.now, show=show, act=act)
    return refused or redirect("member_sent", membership.token, event.slug)


@require_safe
@secret_page
def member_sent(request: HttpRequest, token: str, slug: str) -> HttpResponse:
    """The same words whatever came of it: the truth goes by e-mail."""
    meeting = _meeting(token, slug)
    context = {"registration": meeting.membership, "event": meeting.event}
    return render(request, "registrations/member_sent.html", context)
