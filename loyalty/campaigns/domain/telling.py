"""Effects that only say something: to the member, or to other systems."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from loyalty.campaigns.domain.reading import Promise, Told, text
from members.domain.sentences import kept


@dataclass(frozen=True, slots=True)
class Say:
    """A message to the member."""

    subject: str
    text: str
    topic: str = "campaign"

    @classmethod
    def read(cls, told: Told, pointer: str) -> Self:
        """From JSON."""
        topic = text(told, "topic", pointer, 40) if told.get("topic") else "campaign"
        subject = text(told, "subject", pointer, 150)
        return cls(subject, text(told, "text", pointer, 5000), topic)

    def promised(self, title: str, at: datetime) -> Promise:
        """Its words are the effect's."""
        return {"kind": "message", "why": f"{title}: {self.subject}", "name": self.topic}


@dataclass(frozen=True, slots=True)
class Call:
    """A message to those systems that listen to a topic."""

    topic: str

    @classmethod
    def read(cls, told: Told, pointer: str) -> Self:
        """From JSON."""
        return cls(text(told, "topic", pointer, 60))

    def promised(self, title: str, at: datetime) -> Promise:
        """The topic."""
        return {
            "kind": "webhook",
            "why": kept("%(campaign)s: told as %(topic)s")
            % {"campaign": title, "topic": self.topic},
            "name": self.topic,
        }
