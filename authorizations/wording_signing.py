"""What the pages behind a signing link say around the form, in each language that patients read.

The form's own words are in the form. Nothing here decides anything.
"""

from collections.abc import Mapping

from authorizations.wording import WORDS as SURVEY

ENGLISH = {
    "foot": "You sign for the Lenalidomide REMS program. Demonstration text, not the FDA-approved forms.",
    # start
    "title": "Read and sign a form",
    "start_lead": "Your care team asks for a signature. It takes a few minutes.",
    "start": "Open the form",
    "shown_again": "You can put the phone away and come back to the same link until it is signed.",
    # form
    "for": "For",
    "read_patient": "Please read the form. Sign at the end.",
    "read_guardian": "For the parent or legal guardian: please read the form. Sign at the end.",
    "answer_wrong": "Is something about the patient wrong here? Do not sign. Call your care team.",
    "signed_before": "Signed already by",
    "your_signature": "Your signature",
    "sign_as": "You sign as",
    "agree": "I have read this and agree",
    "not_signed": "Not signed",
    "refused": "The form can’t be signed now. Call your care team.",
    "broken_title": "This form can’t be signed",
    "broken": "It was changed after your prescriber signed it. Please call your care team. They make a new one.",
    # child
    "hand_over": "Now hand the phone to",
    "child_title": "This part is for you",
    "child_hello": "Hello",
    "child_lead": "Your parent or guardian has signed. Now it is your turn to read and to say yes.",
    "child_agree": "Yes, I agree",
    "child_refuse": "You don’t want to? Then don’t press it. Tell your parent and your doctor.",
    # done
    "done": "Thank you. The form is signed.",
    "done_title": "The form is signed",
    "copy": "Keep a copy (PDF)",
    "no_copy_title": "The copy can’t be made now",
    "no_copy": "The signed form is kept all the same. Ask your care team for a copy.",
    "copy_until": "You can open the copy here for one hour. Your care team gives you one at any time.",
    "next_enroll": "Your care team sees that the form is signed and goes on.",
    "next_transfer": "Your new prescriber takes over from now on. Numbers given by the one before are no longer good.",
    "next_nothing": "You have nothing more to do now.",
    "hand_back": "Are you on a device of the clinic? Please hand it back now.",
    "unlock": "Back to the office’s work",
    "back": "Back",
    # gone
    "gone_why": "A link stops working when the form is signed, after 7 days, when a newer link was made, when the care "
    "team took the form back, or after several wrong birth dates.",
}
SPANISH = {
    "foot": "Usted firma para el programa REMS de la lenalidomida. Texto de demostración; no son los formularios "
    "aprobados por la FDA.",
    # start
    "title": "Lea y firme un formulario",
    "start_lead": "Su equipo médico le pide una firma. Tarda unos minutos.",
    "start": "Abrir el formulario",
    "shown_again": "Puede dejar el teléfono y volver con el mismo enlace hasta que esté firmado.",
    # form
    "for": "Para",
    "read_patient": "Lea el formulario, por favor. Firme al final.",
    "read_guardian": "Para el padre, la madre o el tutor legal: lea el formulario, por favor. Firme al final.",
    "answer_wrong": "¿Hay algo equivocado sobre el paciente? No firme. Llame a su equipo médico.",
    "signed_before": "Ya firmó",
    "your_signature": "Su firma",
    "sign_as": "Usted firma como",
    "agree": "Lo leí y estoy de acuerdo",
    "not_signed": "Sin firmar",
    "refused": "Ahora no se puede firmar el formulario. Llame a su equipo médico.",
    "broken_title": "Este formulario no se puede firmar",
    "broken": "Alguien lo cambió después de la firma de su médico. Llame a su equipo médico. Le harán otro.",
    # child
    "hand_over": "Ahora dé el teléfono a",
    "child_title": "Esta parte es para ti",
    "child_hello": "Hola",
    "child_lead": "Tu padre, tu madre o tu tutor ya firmó. Ahora te toca leer y decir que sí.",
    "child_agree": "Sí, estoy de acuerdo",
    "child_refuse": "¿No quieres? Entonces no toques el botón. Díselo a tu familia y a tu médico.",
    # done
    "done": "Gracias. El formulario está firmado.",
    "done_title": "El formulario está firmado",
    "copy": "Guardar una copia (PDF)",
    "no_copy_title": "Ahora no se puede hacer la copia",
    "no_copy": "El formulario firmado queda guardado de todos modos. Pida una copia a su equipo médico.",
    "copy_until": "Aquí puede abrir la copia durante una hora. Su equipo médico le da otra cuando quiera.",
    "next_enroll": "Su equipo médico ve que el formulario está firmado y sigue adelante.",
    "next_transfer": "Desde ahora le atiende su nuevo médico. Los números que dio el anterior ya no valen.",
    "next_nothing": "Por ahora no tiene que hacer nada más.",
    "hand_back": "¿Está con un aparato de la clínica? Devuélvalo ahora, por favor.",
    "unlock": "Volver al trabajo de la oficina",
    "back": "Volver",
    # gone
    "gone_why": "Un enlace deja de funcionar cuando el formulario está firmado, después de 7 días, cuando se hizo otro "
    "más nuevo, cuando el equipo médico retiró el formulario, o si la fecha no fue correcta varias veces.",
}
WORDS: Mapping[str, Mapping[str, str]] = {"en": {**SURVEY["en"], **ENGLISH}, "es": {**SURVEY["es"], **SPANISH}}
