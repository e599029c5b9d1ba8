"""The rules of an MSSanté mail, judged on a :class:`banc_standards.mail.rules.subject.MailSubject`."""

from banc_standards.mail.rules import attachments, headers, mime, recipients, subject_line

RULES = (*mime.RULES, *headers.RULES, *subject_line.RULES, *attachments.RULES, *recipients.RULES)
