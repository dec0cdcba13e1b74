"""Sentences of the books, in the reader's language."""

from django import template

from loyalty.campaigns.sentences import told, told_lacking

register = template.Library()
register.filter("told", told)
register.filter("told_lacking", told_lacking)
