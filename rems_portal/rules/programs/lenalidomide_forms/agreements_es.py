"""The six agreement forms in Spanish: the same items, answers and signature lines as in English, in other words.

Data only. `WORDS` has one text for each code of `agreements`; a code that is missing here fails on import.
"""

from collections.abc import Mapping
from dataclasses import replace

from rems_portal.rules.forms.definition import NOTICE, FormDefinition, Item, Section, SignatureLine
from rems_portal.rules.programs.lenalidomide_forms.agreements import AGREEMENTS

LANGUAGE = "es"
TITLES: Mapping[str, str] = {
    "agreement_AF_CAN": "Acuerdo entre paciente y médico: mujer adulta que puede quedar embarazada",
    "agreement_FC_CAN": "Acuerdo entre paciente y médico: niña que puede quedar embarazada",
    "agreement_AF_CANNOT": "Acuerdo entre paciente y médico: mujer adulta que no puede quedar embarazada",
    "agreement_FC_CANNOT": "Acuerdo entre paciente y médico: niña que no puede quedar embarazada",
    "agreement_AM": "Acuerdo entre paciente y médico: hombre adulto",
    "agreement_MC": "Acuerdo entre paciente y médico: niño",
}
SECTIONS: Mapping[str, tuple[str, str]] = {
    "patient": ("El paciente", ""),
    "agrees": (
        "A qué se compromete el paciente",
        "“Yo” es el menor. Su padre, madre o tutor acepta por el menor y cuida de que se cumpla.",
    ),
    "prescriber": ("Lo que confirma el médico", ""),
    "child": ("Para el niño o la niña, en palabras sencillas", ""),
}
WORDS: Mapping[str, str] = {
    # answers
    "family_name": "Apellido",
    "family_name.help": "O el único nombre, si la persona tiene uno solo.",
    "given_name": "Nombre",
    "birth_date": "Fecha de nacimiento",
    "sex": "Sexo",
    "sex.female": "Femenino",
    "sex.male": "Masculino",
    "can_get_pregnant": "¿Puede quedar embarazada?",
    "can_get_pregnant.yes": "Sí puede",
    "can_get_pregnant.no": "No puede",
    "menstrual_cycles": "¿Sus ciclos son regulares?",
    "menstrual_cycles.help": "De esto depende cada cuánto se hace la prueba.",
    "menstrual_cycles.regular": "Regulares",
    "menstrual_cycles.irregular": "Irregulares",
    "cannot_basis": "¿Por qué no puede quedar embarazada?",
    "cannot_basis.menopause_24_months": "Menopausia natural desde hace 24 meses seguidos o más",
    "cannot_basis.hysterectomy": "Histerectomía (le quitaron el útero)",
    "cannot_basis.bilateral_oophorectomy": "Ooforectomía bilateral (le quitaron los dos ovarios)",
    "cannot_basis.menses_not_begun": "Todavía no le ha venido la regla",
    # everybody
    "told": "Mi médico me habló de lo bueno y de los riesgos de la lenalidomida. Puede causar defectos graves o la "
    "muerte de un bebé que no ha nacido.",
    "guide": "Tengo la Guía para el paciente. La leí, o alguien me la leyó.",
    "join": "Entro en el programa con este formulario, junto con mi médico.",
    "pharmacy": "La farmacia habla conmigo cada vez antes de darme la medicina. Pregunto lo que no entiendo.",
    "keep": "No comparto la medicina con nadie y la guardo lejos de los niños. No abro, rompo ni mastico las cápsulas.",
    "return": "Devuelvo la medicina que sobra al programa, al médico o a la farmacia.",
    "no_blood": "No dono sangre durante el tratamiento ni en las 4 semanas después.",
    # who can get pregnant
    "talked_contraception": "Hablamos de los anticonceptivos y de la anticoncepción de emergencia.",
    "contraception": "Uso dos métodos anticonceptivos al mismo tiempo, o no tengo ningún contacto sexual con hombres. "
    "Esto vale desde 4 semanas antes del tratamiento hasta 4 semanas después, también en las pausas.",
    "do_not_take": "No tomo la medicina si estoy embarazada, si doy el pecho o si no uso anticonceptivos.",
    "tests_before": "Me hago una prueba de embarazo de 10 a 14 días antes del tratamiento, y otra en las 24 "
    "horas antes.",
    "tests_during": "Me hago una prueba de embarazo cada semana en las primeras 4 semanas. Después, cada 4 semanas, o "
    "cada 2 si mis ciclos son irregulares.",
    "stop": "Dejo la medicina de inmediato y aviso a mi médico si estoy o puedo estar embarazada, si no me viene la "
    "regla, si sangro de otra manera o si dejo los anticonceptivos.",
    "survey_each": "Contesto la encuesta para el paciente antes de cada receta.",
    "talk_again_contraception": "Antes de cada receta mi médico vuelve a hablar conmigo de los anticonceptivos, de la "
    "anticoncepción de emergencia y de la encuesta.",
    # adults who can not
    "cannot": "No puedo quedar embarazada, por la razón que dice este formulario. Si no es así, aviso a mi médico.",
    "survey_six_months": "Contesto la encuesta para el paciente antes de la primera receta y después cada 6 meses.",
    "talk_again_six_months": "Cada 6 meses mi médico me recuerda la encuesta.",
    # girls who can not
    "menses": "Aviso a mi médico de inmediato si me viene la regla. Entonces la medicina se detiene hasta "
    "que se firme el formulario que corresponde.",
    "survey_child": "Contesto la encuesta para el paciente antes de cada receta.",
    "talk_again_survey": "Antes de cada receta mi médico habla conmigo de la encuesta.",
    # males
    "talked_barrier": "Hablamos de los condones y de la anticoncepción de emergencia para una pareja.",
    "condom": "Uso condón en cada contacto sexual con una mujer que está embarazada o puede quedar embarazada, también "
    "después de una vasectomía. Esto vale durante el tratamiento y en las 4 semanas después.",
    "partner": "Aviso a mi médico si tuve contacto sin condón con una mujer que puede quedar embarazada, y si una "
    "pareja puede estar embarazada.",
    "no_donation": "No dono sangre ni semen durante el tratamiento ni en las 4 semanas después.",
    "survey_later": "Contesto la encuesta para el paciente antes de cada receta después de la primera.",
    "talk_again_barrier": "Antes de cada receta mi médico vuelve a hablar conmigo de los condones, de la "
    "anticoncepción de emergencia y de la encuesta.",
    # children
    "child_why": "Esta medicina te puede ayudar. También puede hacer daño a un bebé antes de nacer.",
    "child_capsules": "No des tus cápsulas a nadie. No las abras ni las mastiques.",
    "child_pregnancy": "No debes quedar embarazada mientras la tomas. Si la regla tarda, o algo te preocupa, deja de "
    "tomarla. Díselo enseguida a tu familia o a tu médico.",
    "child_period": "Avisa enseguida a tu familia y a tu médico si te viene la regla.",
    "child_condom": "Si tienes sexo con una chica, usa condón siempre. Puedes preguntar a tu médico.",
    "child_blood": "No dones sangre mientras la tomas.",
    "child_no": "Puedes preguntar lo que quieras. Puedes decir que no.",
    # the prescriber
    "counseled": "Informé al paciente de los beneficios, los riesgos y las encuestas, con la Guía para el paciente y "
    "este formulario. Le doy una copia de los dos.",
    "counseled_contraception": "Le informé de los anticonceptivos y de la anticoncepción de emergencia, y lo hago otra "
    "vez antes de cada receta.",
    "counseled_barrier": "Le informé de los condones y de la anticoncepción de emergencia, y lo hago otra vez antes de "
    "cada receta.",
    "orders_tests": "Pido las pruebas de embarazo cuando tocan y miro cada resultado.",
    "fits": "Inscribo al paciente con el formulario que corresponde, y aviso al programa cuando corresponde otro.",
    "report": "Aviso de inmediato de cualquier embarazo de la paciente o de la pareja de un paciente.",
    "take_back": "Devuelvo al programa la medicina que le sobra al paciente.",
    # what each signature means
    "signer.prescriber": "Leí este formulario, lo que dice del paciente es correcto y acepto la parte que me toca.",
    "signer.patient": "Leí este formulario y estoy de acuerdo.",
    "signer.guardian": "Leí este formulario y estoy de acuerdo por el menor.",
    "signer.child": "Me hablaron de esta medicina. Sé lo que tengo que hacer, y quiero hacerlo.",
}


def _item(item: Item) -> Item:
    return replace(
        item,
        text=WORDS[item.code],
        help=WORDS[f"{item.code}.help"] if item.help else "",
        choices=tuple(replace(one, text=WORDS[f"{item.code}.{one.code}"]) for one in item.choices),
    )


def _section(section: Section) -> Section:
    title, intro = SECTIONS[section.code]
    items = tuple(_item(item) for item in section.items)
    return replace(section, title=title, intro=intro if section.intro else "", items=items)


def _line(line: SignatureLine) -> SignatureLine:
    return replace(line, meaning=WORDS[f"signer.{line.signer}"])


def _in_spanish(form: FormDefinition) -> FormDefinition:
    return replace(
        form,
        title=TITLES[form.code],
        sections=tuple(_section(section) for section in form.sections),
        signatures=tuple(_line(line) for line in form.signatures),
        language=LANGUAGE,
        notice=NOTICE[LANGUAGE],
    )


AGREEMENTS_ES = tuple(_in_spanish(form) for form in AGREEMENTS)
