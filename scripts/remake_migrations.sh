#!/bin/sh
# Before the first release there is one initial migration, remade from the models; hand-written SQL stands in the later files.
set -eu
cd "$(dirname "$0")/.."
rm -f src/pinfold/store/migrations/0001_initial.py
mkdir -p .cache/migrations
mv src/pinfold/store/migrations/000[2-9]_*.py .cache/migrations/ 2>/dev/null || true
DJANGO_SETTINGS_MODULE=pinfold.web.django_settings .venv/bin/python -m django makemigrations store --name initial
mv .cache/migrations/*.py src/pinfold/store/migrations/ 2>/dev/null || true
