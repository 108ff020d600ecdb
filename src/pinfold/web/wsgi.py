"""What a WSGI server runs: gunicorn pinfold.web.wsgi."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pinfold.web.django_settings")
application = get_wsgi_application()

from pinfold.flows.events import recorder  # noqa: E402

# Only a server's processes write events as they come; a command writes its own at its end.
recorder().start()
