"""The portal as in production: papers in PostgreSQL through RelStorage, the register in PostgreSQL beside them.

The instance is built from `buildout-postgresql.cfg` with a service file, as deploy/README.md says.
"""

from __future__ import annotations

import html
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urljoin

import lxml.html
import pytest
import requests
from sqlalchemy import create_engine, make_url, text

from tests.portal import running_site
from tests.portal.house_people import PEOPLE
from tests.services.postgres_cluster import database

pytestmark = [pytest.mark.service, pytest.mark.plone, pytest.mark.timeout(900)]

HISTORY = "Sở Thông tin và Truyền thông được thành lập năm 2008; phông mở từ ngày thành lập."
DECISION = b"%PDF-1.7 quyet dinh " + bytes(range(256)) * 4000  # 1 MB: behind RelStorage, in the blob folder


class Person:
    """Somebody with a browser that does what its forms say."""

    def __init__(self, login: str) -> None:
        self.login = login
        self.session = requests.Session()

    def log_in(self, url: str) -> None:
        password = next(one["password"] for one in PEOPLE if one["login"] == self.login)
        page = self.submit(f"{url}/login", {"__ac_name": self.login, "__ac_password": password})
        assert "tt-person" in page, "not logged in"

    def read(self, address: str) -> str:
        return html.unescape(self._page(address))

    def _page(self, address: str) -> str:
        answer = self.session.get(address, timeout=120)
        assert answer.status_code == 200, f"{address}: {answer.status_code}\n{answer.text[:2000]}"
        return answer.text

    def submit(
        self,
        address: str,
        values: Mapping[str, str],
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
    ) -> str:
        """Open a page, fill in the form that has these fields, press its first button, return what came of it."""
        page = lxml.html.fromstring(self._page(address))
        wanted = {*values, *(files or {})}
        forms = [form for form in page.forms if wanted <= set(form.inputs.keys())]
        assert forms, f"{address} has no form with {wanted}"
        button = forms[0].xpath(".//*[@type='submit']")[0]
        answer = self.session.post(
            urljoin(address, forms[0].action),
            data={**dict(forms[0].form_values()), **values, button.get("name"): button.get("value")},
            files=dict(files) if files else None,
            timeout=120,
        )
        assert answer.status_code == 200, f"{address}: {answer.status_code}\n{answer.text[:2000]}"
        return answer.text


@pytest.fixture(scope="module")
def two_databases(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A pg_service.conf that names the papers' database, and the register's address."""
    with database(postgres, "papers") as papers, database(postgres, "register") as register:
        where = make_url(papers)
        service = tmp_path_factory.mktemp("service") / "pg_service.conf"
        service.write_text(
            f"[tangthu-zodb]\nhost={where.query['host']}\nport={where.query['port']}\n"
            f"dbname={where.database}\nuser={where.username}\n",
            "utf-8",
        )
        yield service, register


@pytest.fixture(scope="module")
def two_instances(
    two_databases: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory
) -> tuple[running_site.Instance, running_site.Instance, dict[str, str]]:
    """Two instances over one database with a site in it, and the ids of the furnished house below."""
    service, register = two_databases
    home, other = tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("two")
    config = home / "tangthu.toml"
    config.write_text(f'[archive]\ndata = "{home / "archive"}"\nregister_url = "{register}"\n', "utf-8")
    env = running_site.environment(config) | {"PGSERVICEFILE": str(service)}
    tangthu = str(Path(sys.executable).parent / "tangthu")
    running_site.run([tangthu, "upgrade"], env=env)
    ids = running_site.furnished(home, env)
    blobs = f"blob-dir = {home / 'var' / 'blobs'}\n"
    first, second = (
        running_site.built(place, env, profile="buildout-postgresql.cfg", settings=blobs)
        for place in (home, other)
    )
    running_site.make_site(first, home / "accounts.json")
    return first, second, ids


def test_a_paper_written_on_one_instance_is_read_on_another_and_after_a_restart(
    two_instances: tuple[running_site.Instance, running_site.Instance, dict[str, str]],
    two_databases: tuple[Path, str],
) -> None:
    first, second, ids = two_instances
    paper, dossier = "/phong/fonds-LS-UBND", f"/danh-muc-huy/{ids['proposed']}"
    with running_site.served(second):
        reader = Person("chi")
        reader.log_in(second.url)
        assert HISTORY not in reader.read(second.url + paper)
        with running_site.served(first):
            writer = Person("an")
            writer.log_in(first.url)
            writer.submit(f"{first.url}{paper}/edit", {"form.widgets.history": HISTORY})
            file = ("102.pdf", DECISION, "application/pdf")
            writer.submit(f"{first.url}{dossier}/edit", {}, {"form.widgets.decision": file})
            assert HISTORY in writer.read(first.url + paper)
        # The first instance has ended: what it wrote is in PostgreSQL, and the second shows it without a restart.
        assert HISTORY in reader.read(second.url + paper)
    with running_site.served(first):
        again = Person("an")
        again.log_in(first.url)
        assert HISTORY in again.read(first.url + paper)
        kept = again.session.get(f"{first.url}{dossier}/@@download/decision", timeout=120)
        assert (kept.status_code, kept.content) == (200, DECISION)
    where = make_url(two_databases[1]).set(database="papers")
    with create_engine(where).connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM object_state")).scalar_one() > 1000
    assert not list(first.home.rglob("Data.fs")) + list(second.home.rglob("Data.fs"))


def test_what_is_not_allowed_on_files_is_not_allowed_on_postgresql(
    two_instances: tuple[running_site.Instance, running_site.Instance, dict[str, str]],
) -> None:
    first, _, _ = two_instances
    with running_site.served(first):
        stranger = requests.get(f"{first.url}/phong/fonds-LS-UBND/edit", timeout=120)
        assert "login" in stranger.url
        auditor = Person("dung")
        auditor.log_in(first.url)
        refused = auditor.session.get(f"{first.url}/phong/fonds-LS-UBND/edit", timeout=120)
        assert "history" not in refused.text
