"""What opening the files of one mail may cost, by the settings, with the passwords the mail tells
for them. Runs in the disposable workers that open a mail.
"""

from __future__ import annotations

from ingest.attachment.keys import passwords_in
from ingest.attachment.limits import Budget
from ingest.message.parse import Mail
from ingest.sandbox.context import ReadingContext


def budget_of(mail: Mail, context: ReadingContext) -> Budget:
    """The budget of all containers of ``mail`` together."""
    texts = (mail.envelope.subject, mail.text, *(leaf.name for leaf in mail.leaves))
    keys = passwords_in(texts)
    return Budget(context.unpacked_bytes, context.entries, context.depth, keys)
