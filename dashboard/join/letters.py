"""The mails of an account in words. They are answers to what somebody just asked for: nobody can switch them off."""

from core.accounts import AccountMail, MailKind
from core.notices import Letter
from core.texts import N_
from dashboard.i18n import _, use_language

WORDS: dict[MailKind, tuple[str, str, str]] = {
    MailKind.VERIFY: (
        N_("Confirm your address"),
        N_("Somebody, you we hope, wants an account with this address. Confirm it and choose a password here:"),
        "/verify/{secret}",
    ),
    MailKind.KNOWN: (
        N_("You have an account already"),
        N_("Somebody, perhaps you, signed up with this address. You have an account: sign in, or choose a new password"
           " there."),
        "/sign-in",
    ),
    MailKind.RESET: (
        N_("Choose a new password"),
        N_("Somebody, you we hope, forgot the password of this account. Choose a new one here:"),
        "/reset/{secret}",
    ),
}  # fmt: skip
"""Subject, sentence, and where it leads."""
HOURS = {MailKind.VERIFY: 24, MailKind.RESET: 1}


def letter_of(mail: AccountMail, base_url: str) -> Letter:
    """The mail in its reader's language, as plain text."""
    subject, words, path = WORDS[mail.kind]
    with use_language(mail.language):
        link = base_url.rstrip("/") + path.format(secret=mail.secret)
        lines = [_("Hello {name},").format(name=mail.name), "", _(words), "", link]
        if hours := HOURS.get(mail.kind):
            lines += ["", _("The link is good once, for {n} h.").format(n=hours)]
        lines += [_("If it was not you, do nothing: nothing changes."), "", "--", "MowthosOS"]
        return Letter(id=mail.id, to=mail.to, subject=_(subject), text="\n".join(lines) + "\n")
