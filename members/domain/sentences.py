"""Sentences that the books keep: why a line is there, why something did not count.

They are kept in the language of the code, whoever wrote them, and are told in the reader's.
"""


def kept(sentence: str) -> str:
    """Mark a sentence, with `%(name)s` for what differs, as one that is kept.

    It stays as it is; whoever shows it knows every sentence that is marked so.
    """
    return sentence
