from pathlib import Path

import pytest

from tidegate_operator.local.errors import FolderError
from tidegate_operator.local.manifests.files import manifest_files
from tidegate_operator.local.manifests.folders import Folders, Reading
from tidegate_operator.local.manifests.last_good import LastGood
from tidegate_operator.store import Key

ORDERS = """\
apiVersion: tidegate.dev/v1alpha1
kind: Endpoint
metadata: {name: orders}
spec:
  group: sales
  methods: {post: {}}
"""
ERP = "apiVersion: v1\nkind: Secret\nmetadata: {name: erp, namespace: acme}\nstringData: {token: top-secret}\n"


def endpoint(name: str, head: str = "apiVersion: tidegate.dev/v1alpha1") -> str:
    return f"{head}\nkind: Endpoint\nmetadata: {{name: {name}}}\nspec: {{group: sales, methods: {{post: {{}}}}}}\n"


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def read(folder: Path, files: dict[str, str]) -> Reading:
    return Folders([write(folder, files)]).read()


def said(reading: Reading, folder: Path) -> list[str]:
    return [str(problem).replace(f"{folder}/", "") for problem in reading.problems]


def names(reading: Reading) -> list[str]:
    return sorted(key.name for key in reading.manifests)


def test_folders_are_read_with_their_sub_folders_and_without_hidden_and_temporary_files(tmp_path: Path) -> None:
    kept = ["a.yaml", "b.yml", "c/d.json", "c/e/f.yaml"]
    left = [".a.yaml", "#a.yaml", "~a.yaml", "a.yaml~", "a.yaml.swp", "a.txt", ".git/a.yaml", "a.yaml___jb_tmp___"]
    write(tmp_path, dict.fromkeys([*kept, *left], ""))
    assert manifest_files([tmp_path]) == [tmp_path / name for name in kept]


def test_a_file_that_is_reached_twice_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, {"a/b.yaml": "", "c.yaml": ""})
    assert len(manifest_files([tmp_path, tmp_path / "a", tmp_path / "a" / ".." / "c.yaml"])) == 2


def test_a_folder_that_is_not_there_gives_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FolderError) as refused:
        manifest_files([tmp_path / "nowhere"])
    assert str(refused.value) == (
        f"{tmp_path}/nowhere cannot be read: No such file or directory. Name a folder with manifests."
    )


def test_several_documents_a_file_and_lists(tmp_path: Path) -> None:
    items = "apiVersion: v1\nkind: List\nitems:\n" + "".join(
        f"- apiVersion: tidegate.dev/v1alpha1\n  kind: Company\n  metadata: {{name: {name}}}\n" for name in ("x", "z")
    )
    reading = read(
        tmp_path, {"a.yaml": f"# all\n---\n{ORDERS}---\n{ERP}--- # more\n{items}...\n", "empty.yaml": "---\n"}
    )
    assert set(reading.manifests) == {
        Key("Endpoint", "default", "orders"),
        Key("Secret", "acme", "erp"),
        Key("Company", "default", "x"),
        Key("Company", "default", "z"),
    }
    assert reading.problems == ()
    manifest = reading.manifests[Key("Company", "default", "z")]
    assert manifest.place == f"{tmp_path}/a.yaml:23"
    assert str(manifest.problem("is wrong.", "metadata.name")) == f"{tmp_path}/a.yaml:23:14: is wrong."


def test_the_namespace_of_manifests_that_name_none_is_given(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": ORDERS})
    assert set(Folders([tmp_path], "acme").read().manifests) == {Key("Endpoint", "acme", "orders")}


def test_a_secret_has_string_data_or_data_and_shows_neither(tmp_path: Path) -> None:
    text = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {a: Zmlyc3Q=, b: Zmlyc3Q=}\nstringData: {b: two}\n"
    reading = read(tmp_path, {"a.yaml": text})
    (manifest,) = reading.manifests.values()
    assert manifest.spec == {"a": b"first", "b": b"two"}
    assert "first" not in repr(reading)
    assert "Zmlyc3Q=" not in repr(reading)


def test_kinds_that_are_not_ours_are_named_once_and_passed_over(tmp_path: Path) -> None:
    others = "".join(
        f"---\napiVersion: {version}\nkind: {kind}\nmetadata: {{name: a}}\n"
        for version, kind in (("apps/v1", "Deployment"), ("apps/v1", "Deployment"), ("tekton.dev/v1", "Task"))
    )
    namespace = "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: acme}\n"
    reading = read(tmp_path, {"a.yaml": others + namespace})
    assert reading == Reading({}, (), ("Deployment (apps/v1)", "Task (tekton.dev/v1)"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("just text", "1:1: a manifest is a mapping with apiVersion, kind and metadata."),
        ("kind: ConfigMap", "1:1: apiVersion and kind are missing, or are no texts."),
        (
            "apiVersion: tidegate.dev/v1\nkind: Task\nmetadata: {name: a}",
            "1:1: Task is of apiVersion tidegate.dev/v1alpha1, not 'tidegate.dev/v1'.",
        ),
        (
            "kind: Endpoint\nmetadata: {name: a}",
            "1:1: Endpoint is of apiVersion tidegate.dev/v1alpha1, not None.",
        ),
        (
            "apiVersion: v1\nkind: Endpoint\nmetadata: {name: a}",
            "1:1: Endpoint is of apiVersion tidegate.dev/v1alpha1, not 'v1'.",
        ),
        (
            "apiVersion: tidegate.dev/v1alpha1\nkind: Endpont\nmetadata: {name: a}",
            "2:1: tidegate.dev has no kind 'Endpont'; it is one of "
            "Company, DataSchema, Endpoint, Task, Integration, Agent.",
        ),
        (
            "apiVersion: tidegate.dev/v1alpha1\nmetadata: {name: a}",
            "1:1: tidegate.dev has no kind None; it is one of Company, DataSchema, Endpoint, Task, Integration, Agent.",
        ),
        ("apiVersion: tidegate.dev/v1alpha1\nkind: Task", "1:1: metadata.name is missing."),
        ("apiVersion: tidegate.dev/v1alpha1\nkind: Task\nmetadata: {}", "3:1: metadata.name is missing."),
        (
            "apiVersion: tidegate.dev/v1alpha1\nkind: Task\nmetadata:\n  name: Orders",
            "4:3: 'Orders' is no name: lower-case letters, digits, '-' and '.' only.",
        ),
        (
            "apiVersion: tidegate.dev/v1alpha1\nkind: Task\nmetadata: {name: a, namespace: a.b}",
            "3:21: 'a.b' is no namespace: lower-case letters, digits and '-' only.",
        ),
        (
            "apiVersion: tidegate.dev/v1alpha1\nkind: Task\nmetadata: {name: a, lables: {}}",
            '3:21: unknown field "metadata.lables".',
        ),
        (
            "apiVersion: tidegate.dev/v1alpha1\nkind: Task\nmetadata: {name: a}\nspce: {}",
            '4:1: unknown field "spce".',
        ),
        (
            "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  token: 12",
            "5:3: stringData.token has to be a text: put it in quotes.",
        ),
        (
            "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata:\n  token: hello!",
            "5:3: data.token is no Base64: write it under stringData as it is.",
        ),
        (
            "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: [a]",
            "4:1: data has to be a mapping of texts.",
        ),
        ("apiVersion: v1\nkind: List\nitems: [5]", "3:9: a manifest is a mapping with apiVersion, kind and metadata."),
    ],
)
def test_a_frame_that_is_wrong_is_named_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    reading = read(tmp_path, {"a.yaml": text})
    assert said(reading, tmp_path) == [f"a.yaml:{message}"]
    assert reading.manifests == {}


def test_a_mistake_in_one_document_is_none_of_the_others(tmp_path: Path) -> None:
    reading = read(tmp_path, {"a.yaml": f"{endpoint('one')}---\na: [\n---\na: 1\na: 2\n---\n{endpoint('two')}"})
    assert names(reading) == ["one", "two"]
    assert said(reading, tmp_path) == [
        "a.yaml:7:1: did not find expected node content.",
        'a.yaml:9:1: the key "a" appears twice.',
    ]


def test_a_file_that_is_too_large_or_deep_is_no_mistake_of_the_others(tmp_path: Path) -> None:
    deep = "apiVersion: tidegate.dev/v1alpha1\nkind: Task\nmetadata: {name: deep}\nspec: " + "[" * 900 + "]" * 900
    copies = f"a: &a {'x' * 100_000}\nb: [{', '.join(['*a'] * 9)}]\n"
    files = {"a.yaml": f"{endpoint('one')}---\n{deep}\n", "b.yaml": f"{copies}---\n{copies}", "c.yaml": endpoint("two")}
    reading = read(tmp_path, files)
    assert names(reading) == ["one", "two"]
    assert said(reading, tmp_path) == [
        "a.yaml:9:256: this is nested deeper than 250 levels: make it flatter.",
        "b.yaml:1:1: apiVersion and kind are missing, or are no texts.",
        "b.yaml:4:4: the aliases of this file repeat more than 1,000,000 characters: write out what this is.",
    ]


def test_of_two_with_one_name_the_first_file_counts(tmp_path: Path) -> None:
    reading = read(tmp_path, {"b.yaml": endpoint("orders"), "a.yaml": "# first\n" + endpoint("orders")})
    (manifest,) = reading.manifests.values()
    assert manifest.place == f"{tmp_path}/a.yaml:4"
    assert said(reading, tmp_path) == [
        "b.yaml:3:12: Endpoint default/orders is in a.yaml:4 already: that one counts, this one is passed over."
    ]


def test_a_file_that_goes_wrong_keeps_its_last_good_resources_until_it_is_mended(tmp_path: Path) -> None:
    folders = Folders([write(tmp_path, {"a.yaml": f"{endpoint('one')}---\n{endpoint('two')}"})])
    assert names(folders.read()) == ["one", "two"]
    write(tmp_path, {"a.yaml": f"{endpoint('one')}---\n{endpoint('two')}  }}{{\n"})
    broken = folders.read()
    assert names(broken) == ["one", "two"]
    assert [problem.line for problem in broken.problems] == [10]
    assert folders.read().problems == broken.problems
    write(tmp_path, {"a.yaml": endpoint("three")})
    assert names(folders.read()) == ["three"]


def test_a_file_that_is_no_text_keeps_its_last_good_resources(tmp_path: Path) -> None:
    folders = Folders([write(tmp_path, {"a.yaml": endpoint("one")})])
    folders.read()
    (tmp_path / "a.yaml").write_bytes(b"a: 1\nb: \xff\n")
    reading = folders.read()
    assert names(reading) == ["one"]
    assert said(reading, tmp_path) == ["a.yaml:2:1: this is no UTF-8: save the file as UTF-8."]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    folders = Folders([write(tmp_path, {"a.yaml": endpoint("one")})])
    folders.read()
    (tmp_path / "a.yaml").unlink()
    (tmp_path / "a.yaml").symlink_to("nowhere.yaml")
    reading = folders.read()
    assert said(reading, tmp_path) == ["a.yaml: it cannot be read: No such file or directory."]


def test_a_file_that_is_gone_takes_its_resources_with_it(tmp_path: Path) -> None:
    folders = Folders([write(tmp_path, {"a.yaml": endpoint("one"), "b.yaml": endpoint("two")})])
    folders.read()
    (tmp_path / "a.yaml").unlink()
    assert names(folders.read()) == ["two"]


def test_what_did_not_change_is_the_same_object(tmp_path: Path) -> None:
    folders = Folders([write(tmp_path, {"a.yaml": endpoint("one")})])
    key = Key("Endpoint", "default", "one")
    assert folders.read().manifests[key] is folders.read().manifests[key]


def remembering(folder: Path, data: Path, text: str | None) -> Reading:
    """What a process that starts now reads of the one file; it ends at once."""
    if text is None:
        (folder / "a.yaml").unlink()
    else:
        write(folder, {"a.yaml": text})
    folders = Folders([folder], last_good=LastGood(data))
    reading = folders.read()
    folders.remember()
    return reading


def test_a_file_that_went_wrong_keeps_its_last_good_resources_from_process_to_process(
    tmp_path: Path, data: Path
) -> None:
    remembering(tmp_path, data, f"{ORDERS}---\n{ERP}")
    for _ in range(2):
        reading = remembering(tmp_path, data, f"{ORDERS}---\n{ERP}x: [\n")
        assert names(reading) == ["erp", "orders"]
        assert said(reading, tmp_path) == ["a.yaml:13:1: did not find expected node content."]
    assert names(remembering(tmp_path, data, ORDERS)) == ["orders"]
    assert names(remembering(tmp_path, data, "x: [")) == ["orders"]


def test_what_a_file_that_is_gone_held_is_not_kept(tmp_path: Path, data: Path) -> None:
    remembering(tmp_path, data, ERP)
    remembering(tmp_path, data, None)
    assert "top-secret" not in (data / "manifests.json").read_text()
    assert names(remembering(tmp_path, data, "x: [")) == []
