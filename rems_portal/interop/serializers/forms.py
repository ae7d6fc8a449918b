"""The shape of a form's definition in the API's answers, for their description; tests compare them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from rems_portal.interop.serializers.fields import one_of
from rems_portal.rules.forms import ItemKind, Signer

ItemKindField = one_of(ItemKind)
SignerField = one_of(Signer)


@extend_schema_field({"oneOf": [{"type": "string"}, {"type": "boolean"}, {"type": "integer"}]})
class AnswerField(serializers.Field[Any, Any, Any, Any]):
    """An answer: the code of a choice, yes or no, a number, or words."""


class ChoiceReply(serializers.Serializer[Any]):
    """An answer to choose: its code and its words."""

    code = serializers.CharField()
    text = serializers.CharField()


class WhenReply(serializers.Serializer[Any]):
    """The item is part of the form only when an earlier item has one of these answers."""

    item = serializers.CharField()
    values = serializers.ListField(child=AnswerField())


class ItemReply(serializers.Serializer[Any]):
    """One line of a form."""

    code = serializers.CharField()
    text = serializers.CharField()
    kind = ItemKindField()
    help = serializers.CharField()
    choices = ChoiceReply(many=True)
    when = WhenReply(many=True)
    required = serializers.BooleanField(help_text="For a tick: it must be set.")  # type: ignore[assignment]
    obligations = serializers.ListField(child=serializers.CharField())
    least = serializers.IntegerField(allow_null=True, help_text="Of a number.")
    most = serializers.IntegerField(allow_null=True, help_text="Of a number.")
    longest = serializers.IntegerField(help_text="Of a text, in characters.")


class SectionReply(serializers.Serializer[Any]):
    """A titled group of items."""

    code = serializers.CharField()
    title = serializers.CharField()
    intro = serializers.CharField()
    items = ItemReply(many=True)


class SignatureLineReply(serializers.Serializer[Any]):
    """Who signs, and what the signature means."""

    signer = SignerField()
    meaning = serializers.CharField()
    optional = serializers.BooleanField()


class FormReply(serializers.Serializer[Any]):
    """A form of the program as it is in force: what it asks, and who signs it."""

    code = serializers.CharField()
    title = serializers.CharField()
    program = serializers.CharField()
    version = serializers.CharField()
    language = serializers.CharField()
    notice = serializers.CharField()
    fingerprint = serializers.CharField(help_text="Another one: the wording has changed.")
    sections = SectionReply(many=True)
    signatures = SignatureLineReply(many=True)


class FormsReply(serializers.Serializer[Any]):
    """Every form in force in a language."""

    program_version = serializers.CharField()
    forms = FormReply(many=True)
