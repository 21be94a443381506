"""Pictures over HTTP, when the platform serves its own files (a bucket or a CDN does it elsewhere).

Only what the image pipeline wrote is served: by the shape of its name, as the one type it writes.
"""

import re
from http import HTTPStatus

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from marketplace.products.pictures import CONTENT_TYPE

SERVED = re.compile(r"(products|categories|avatars)/[0-9a-f-]{36}/[0-9A-Za-z_-]{1,100}\.webp")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
    # A name is never written twice.
    "Cache-Control": "public, max-age=31536000, immutable",
}


@require_safe
def serve_picture(request: HttpRequest, name: str) -> HttpResponseBase:
    if not SERVED.fullmatch(name):
        return HttpResponse(status=HTTPStatus.NOT_FOUND)
    try:
        file = default_storage.open(name)
    except FileNotFoundError:
        return HttpResponse(status=HTTPStatus.NOT_FOUND)
    return FileResponse(file, content_type=CONTENT_TYPE, headers=HEADERS)
