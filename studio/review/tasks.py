"""What the queue calls. Thin: each names the one function that does it. All may run twice."""

from studio.review import mails


def mail_mention(note_id: str, user_id: int) -> None:
    mails.tell_mention(note_id, user_id)


def mail_request(request_id: int) -> None:
    mails.tell_request(request_id)


def mail_decision(decision_id: int) -> None:
    mails.tell_decision(decision_id)
