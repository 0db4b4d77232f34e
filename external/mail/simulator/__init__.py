"""The simulated mail server: real SMTP in front, the mails it took on a page behind."""

from external.mail.simulator.box import KeptMail, MailBox
from external.mail.simulator.server import MailTwin, MailTwinOptions, run_mail_twin

__all__ = ["KeptMail", "MailBox", "MailTwin", "MailTwinOptions", "run_mail_twin"]
