"""What a WSGI server runs: gunicorn pinfold.web.wsgi."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pinfold.web.django_settings")
application = get_wsgi_application()
