"""The form renderer of the portal: every `{{ form }}` and `{{ field.as_field_group }}` comes out as the portal's own
components. It must hold no markup; that is in templates/components/.
"""

from django.forms.renderers import TemplatesSetting


class PortalRenderer(TemplatesSetting):
    """Django's template renderer with the portal's templates for a form and for a field."""

    form_template_name = "components/form.html"
    field_template_name = "components/field_group.html"
