import re

import pytest
from django import forms
from django.template import engines


class ExampleForm(forms.Form):
    name = forms.CharField(label="Jméno", help_text="Jak na jmenovce.")
    note = forms.CharField(label="Poznámka", required=False)
    who = forms.ChoiceField(
        label="Koho", choices=[("me", "Sebe"), ("other", "Jiného")], widget=forms.RadioSelect
    )
    vegetarian = forms.BooleanField(label="Bez masa", required=False)


def rendered(field):
    return re.sub(r">\s+<", "><", " ".join(str(field.as_field_group()).split()))


def test_field_names_its_hint_and_error_above_the_input():
    form = ExampleForm({"name": "", "who": "me"})

    assert rendered(form["name"]) == (
        '<div class="field wrong"><label for="id_name">Jméno</label>'
        '<p class="hint" id="id_name_helptext">Jak na jmenovce.</p>'
        '<div id="id_name_error"><p class="error">Toto pole je třeba vyplnit.</p></div>'
        '<input type="text" name="name" required aria-invalid="true"'
        ' aria-describedby="id_name_helptext id_name_error" id="id_name"></div>'
    )


@pytest.mark.parametrize(("name", "expected"), [("name", False), ("note", True)])
def test_field_says_optional_where_it_is(name, expected):
    assert ("(nepovinné)" in rendered(ExampleForm()[name])) is expected


def test_field_of_choices_is_a_fieldset_that_a_link_reaches():
    form = ExampleForm({"name": "Anna", "who": ""})

    group = rendered(form["who"])

    assert group.startswith(
        '<fieldset class="field wrong" id="id_who" tabindex="-1" aria-describedby="id_who_error">'
        "<legend>Koho</legend>"
    )
    assert re.findall(r'<label class="choice" for="(\w+)"', group) == ["id_who_0", "id_who_1"]
    assert group.count('id="id_who"') == 1


def test_field_of_a_tick_stands_inside_its_label():
    assert rendered(ExampleForm()["vegetarian"]) == (
        '<div class="field tick"><label class="choice" for="id_vegetarian">'
        '<input type="checkbox" name="vegetarian" id="id_vegetarian"><span>Bez masa</span>'
        "</label></div>"
    )


@pytest.mark.parametrize(
    ("data", "title"),
    [
        ({"who": "me"}, "Zbývá opravit 1 věc"),
        ({}, "Zbývá opravit 2 věci"),
    ],
)
def test_error_summary_leads_to_each_field(data, title):
    template = engines["django"].from_string("{% load fields %}{% error_summary form %}")

    page = template.render({"form": ExampleForm(data)}).replace("\u00a0", " ")

    assert title in page
    links = re.findall(r'<a href="#(\w+)">', page)
    assert links == ["id_name", "id_who"][: len(links)]
    assert len(links) == 2 - len(data)
    assert "autofocus" in page


def test_error_summary_of_a_good_form_is_nothing():
    template = engines["django"].from_string("{% load fields %}{% error_summary form %}")

    assert template.render({"form": ExampleForm()}).strip() == ""


def test_error_summary_counts_and_names_the_others_of_a_form():
    template = engines["django"].from_string("{% load fields %}{% error_summary form %}")
    form, other = ExampleForm({"name": "Anna", "who": "me"}), ExampleForm({"name": "Cyril"})
    other.number, form.companions = 2, [other]

    page = template.render({"form": form}).replace("\u00a0", " ")

    assert "Zbývá opravit 1 věc" in page
    assert "2. člověk" in page
