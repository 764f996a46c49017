"""What templates ask about uploads, so that a page can include the tray without preparing anything."""

from django import template

from studio.media import limits

register = template.Library()


@register.simple_tag
def upload_limits() -> limits.UploadLimits:
    return limits.upload_limits()
