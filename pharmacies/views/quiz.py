"""The pages of the Certification Quiz (PH-01). They translate; the acts and rules decide."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from pharmacies.actions import open_quiz, take_quiz
from pharmacies.facts import asked_questions
from pharmacies.forms import QuizForm
from pharmacies.models import QuizAttempt
from pharmacies.presenters import answered_questions
from pharmacies.queries import attempts_shown, open_paper
from pharmacies.views.standings import Standing, standing_of, step_page
from rems_portal.errors import ActRefused
from rems_portal.web import actor_of, visible_or_404


def certify_quiz(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what the quiz is, and draw a paper; until that one is sent, it is the paper (PH-01)."""
    standing = standing_of(request, pk, to_sign=True)
    visit = standing.visit
    if request.method != "POST":
        there = open_paper(visit.user.pk, visit.program)
        return (
            redirect("pharmacies:certify-quiz-paper", pk, there.pk) if there else step_page(request, "quiz", standing)
        )
    try:
        opened = open_quiz(
            by=actor_of(request), at=visit.at, certification=standing.certification, program=visit.program
        )
    except ActRefused as refusal:
        messages.info(request, str(refusal))
        return redirect("pharmacies:certify-pharmacy", pk)
    return redirect("pharmacies:certify-quiz-paper", pk, opened.pk)


def certify_quiz_paper(request: HttpRequest, pk: int, attempt: int) -> HttpResponse:
    """Show a paper and take its answers; one that was sent is shown with the right answers and why they are right."""
    standing = standing_of(request, pk, to_sign=True)
    rows = attempts_shown(standing.certification, standing.visit.user)
    shown = visible_or_404(request, rows, at=standing.visit.at, kind="quiz attempt", pk=str(attempt))
    if shown.taken_at is not None:
        return _explained(request, standing, shown)
    if shown.program_version != standing.visit.program.version:
        messages.warning(request, "The quiz has changed since you opened this paper. Begin it anew.")
        return redirect("pharmacies:certify-quiz", pk)
    return _sent(request, standing, shown)


def _explained(request: HttpRequest, standing: Standing, shown: QuizAttempt) -> HttpResponse:
    if request.method == "POST":
        messages.info(request, "This paper was sent before. The answers that count are the ones sent first.")
        return redirect("pharmacies:certify-quiz-paper", standing.certification.pk, shown.pk)
    answered = answered_questions(shown, standing.visit.program)
    return step_page(request, "quiz_result", standing, attempt=shown, answered=answered)


def _sent(request: HttpRequest, standing: Standing, shown: QuizAttempt) -> HttpResponse:
    visit = standing.visit
    form = QuizForm(request.POST if request.method == "POST" else None, paper=asked_questions(shown, visit.program))
    if form.is_valid():
        try:
            take_quiz(
                by=actor_of(request), at=visit.at, attempt=shown, answers=form.cleaned_data, program=visit.program
            )
            return redirect("pharmacies:certify-quiz-paper", standing.certification.pk, shown.pk)
        except ActRefused as refusal:
            form.add_error(None, [finding.sentence for finding in refusal.findings])
    return step_page(request, "quiz_paper", standing, form=form, attempt=shown)
