"""What the pages of the patient survey say around the questions, in each language a patient may choose.

The questions, and what a signature under them means, are the form's own. Nothing here decides anything.
"""

from collections.abc import Mapping

ENGLISH = {
    "language": "en",
    "demonstration": "Demonstration.",
    "demonstration_is": "The people are invented, and the forms are demonstration text, not the FDA-approved forms.",
    "skip": "Skip to the main content",
    "other_language": "Español",
    "foot": "Your answers go to the Lenalidomide REMS program. Demonstration text, not the FDA-approved forms.",
    "report": "Report a pregnancy",
    "one_thing": "One thing needs your attention",
    "several_things": "Some things need your attention",
    # the paper with the link
    "link_title": "Your patient survey",
    "scan": "Scan the code with the camera of your phone, or type the address into a browser. You will be asked for "
    "the patient’s birth date.",
    "qr": "QR code of the link",
    "good_until": "Good until",
    "good_for": "Good for",
    "one_survey": "One survey",
    "link_what": "Completing the survey takes a few minutes. Your answers go to the program. Your doctor’s office does "
    "not see them; it is told at once when treatment has to stop.",
    # start
    "survey": "Patient survey",
    "start_lead": "A few yes-or-no questions. It takes about one minute.",
    "who": "Who is answering?",
    "who_patient": "I am the patient",
    "who_guardian": "I am the patient’s parent or guardian",
    "who_missing": "Say who is answering.",
    "birth_date": "The patient’s birth date",
    "birth_date_help": "This shows us that the link is in the right hands. For example: 11 3 1962.",
    "birth_date_missing": "Enter the patient’s birth date.",
    "birth_date_wrong": "This link does not go with that birth date. Check the date and try again. "
    "After a few wrong dates the link closes and you need a new one.",
    "start": "Start",
    "kept": "Your answers are kept as you go. You can put the phone away and come back to the same link.",
    # question
    "question": "Question",
    "of": "of",
    "guardian_hint": "Answer for the patient: “you” means the patient.",
    "so_far": "Your answer so far:",
    "change_or_keep": "Press a button to change or keep it.",
    "yes": "Yes",
    "no": "No",
    "answer_missing": "Press Yes or No to answer.",
    "answer_this": "The questions have changed. Please answer this one.",
    "back_to_all": "Back to all answers",
    "back": "Back to the question before",
    # check
    "check": "Check your answers",
    "check_lead": "You can still change each one. Then sign and send them.",
    "not_sent": "Not sent yet",
    "change": "Change",
    "stops_title": "You answered that there is or may be a pregnancy",
    "stops": "When you send this, the treatment stops at once and the care team is told to call. If the answer is not "
    "right, change it first.",
    "sign_as": "You sign as",
    "your_name": "Your full name",
    "your_name_missing": "Type your full name.",
    "your_name_short": "Type your first and your family name. If this is your whole name, tick the box below it.",
    "your_name_letters": "Type your full name in letters.",
    "your_name_long": "Your name is longer than 150 characters. Shorten it.",
    "your_name_unseen": "Your name contains invisible characters that change how it is read. Type it by hand instead "
    "of pasting it.",
    "whole_name": "This is my whole name",
    "relation": "You are the patient’s",
    "relation_parent": "Parent",
    "relation_legal_guardian": "Legal guardian",
    "relation_missing": "Say what you are to the patient.",
    "send": "Sign and send the answers",
    # sent
    "sent_title": "Answers sent",
    "sent": "Thank you. Your answers are sent.",
    "answered_in_en": "You answered in English.",
    "answered_in_es": "You answered in Spanish.",
    "stop": "Stop the medicine now",
    "stop_guardian": "The patient must not take another capsule.",
    "stop_patient": "Do not take another capsule.",
    "stop_menses": "Because menstrual periods have begun, the care team must first talk with you and do a pregnancy "
    "test.",
    "stop_baby": "This medicine can badly harm an unborn baby.",
    "call_now": "Call your care team now.",
    "do_not_wait": "Do not wait for them to call you.",
    "please_call": "Please call your care team",
    "talk_guardian": "One of your answers needs a talk. Call before the patient takes the next capsule.",
    "talk_patient": "One of your answers needs a talk. Call before you take the next capsule.",
    "next": "What happens next",
    "next_stop": "Nobody can be given a new prescription number for this treatment until the program has looked at it.",
    "next_capsules": "Keep the capsules you have. Do not throw them away and do not give them to anybody. Your care "
    "team tells you how to return them.",
    "next_call": "The program may call you or your care team to talk about the answer.",
    "next_waits": "A new prescription waits until that is settled.",
    "next_done": "Your care team sees that the survey is done. They go on with the prescription.",
    "next_nothing": "You have nothing more to do until your care team asks you again.",
    "next_private": "Only the program reads your answers.",
    "changes": "If something changes",
    "changes_male": "If your partner is pregnant or may be: tell your care team at once, or",
    "changes_female": "A missed period, a pregnancy or anything that makes you think of one: stop the medicine, tell "
    "your care team at once, or",
    "report_here": "report it here",
    "copy": "Keep a copy (PDF)",
    "copy_until": "You can open the copy here for one hour. It shows your answers: keep it where nobody else sees it.",
    "no_copy_title": "The copy can’t be made now",
    "no_copy": "Your survey is sent and kept all the same. Ask the program for a copy.",
    "go_back": "Back",
    "close": "You can close this page.",
    "care_team": "Your care team:",
    "call": "Call",
    # gone
    "gone_title": "This link does not work",
    "gone": "This link does not work any more",
    "gone_lead": "Ask your care team for a new link. It takes them a moment.",
    "gone_why": "A link stops working when its answers were sent, after 7 days, when a newer link was made, or after "
    "several wrong birth dates.",
    "gone_typed": "If you typed the address, check that it is complete.",
    "gone_pregnant_title": "Pregnant, or maybe pregnant?",
    "gone_pregnant": "If you are or may be pregnant, stop taking the medicine and call your care team now. If your "
    "partner is or may be pregnant, call them too. You need no link for that.",
}

SPANISH = {
    "language": "es",
    "demonstration": "Demostración.",
    "demonstration_is": "Las personas son inventadas y los formularios son texto de demostración, no los aprobados por "
    "la FDA.",
    "skip": "Ir al contenido",
    "other_language": "English",
    "foot": "Sus respuestas van al programa REMS de la lenalidomida. Texto de demostración; no son los formularios "
    "aprobados por la FDA.",
    "report": "Avisar de un embarazo",
    "one_thing": "Falta una cosa",
    "several_things": "Faltan algunas cosas",
    # the paper with the link
    "link_title": "Su encuesta para el paciente",
    "scan": "Escanee el código con la cámara de su teléfono, o escriba la dirección en un navegador. Se le pedirá la "
    "fecha de nacimiento del paciente.",
    "qr": "Código QR del enlace",
    "good_until": "Vale hasta",
    "good_for": "Vale para",
    "one_survey": "Una encuesta",
    "link_what": "Contestar tarda unos minutos. Sus respuestas van al programa. El consultorio de su médico no las ve; "
    "recibe aviso de inmediato cuando hay que detener el tratamiento.",
    # start
    "survey": "Encuesta para el paciente",
    "start_lead": "Unas pocas preguntas de sí o no. Tarda un minuto.",
    "who": "¿Quién contesta?",
    "who_patient": "El paciente o la paciente",
    "who_guardian": "Su padre, madre o tutor",
    "who_missing": "Diga quién contesta.",
    "birth_date": "Fecha de nacimiento del paciente",
    "birth_date_help": "Así sabemos que el enlace llegó a la persona correcta. Por ejemplo, para el 3 de noviembre de "
    "1962: mes 11, día 3, año 1962.",
    "birth_date_missing": "Escriba la fecha de nacimiento del paciente.",
    "birth_date_unreadable": "Escriba la fecha con números. Por ejemplo, para el 3 de noviembre de 1962: mes 11, "
    "día 3, año 1962.",
    "birth_date_wrong": "Este enlace no va con esa fecha. Revise la fecha y pruebe otra vez. Si la fecha no es "
    "correcta varias veces, el enlace se cierra y tendrá que pedir uno nuevo.",
    "month": "Mes",
    "day": "Día",
    "year": "Año",
    "start": "Empezar",
    "kept": "Guardamos cada respuesta. Puede dejar el teléfono y volver más tarde con el mismo enlace.",
    # question
    "question": "Pregunta",
    "of": "de",
    "guardian_hint": "Conteste por el paciente: “usted” es el paciente.",
    "so_far": "Su respuesta hasta ahora:",
    "change_or_keep": "Toque un botón para cambiarla o dejarla igual.",
    "yes": "Sí",
    "no": "No",
    "answer_missing": "Toque Sí o No para contestar.",
    "answer_this": "Las preguntas cambiaron. Conteste esta, por favor.",
    "back_to_all": "Volver a todas las respuestas",
    "back": "Volver a la pregunta anterior",
    # check
    "check": "Revise sus respuestas",
    "check_lead": "Todavía puede cambiar cada una. Luego firme y envíe.",
    "not_sent": "Todavía no se envió",
    "change": "Cambiar",
    "stops_title": "Usted contestó que hay o puede haber un embarazo",
    "stops": "Al enviar esto, el tratamiento se detiene y su equipo médico recibe el aviso de llamar. Si la respuesta "
    "no es correcta, cámbiela antes.",
    "sign_as": "Usted firma como",
    "your_name": "Su nombre completo",
    "your_name_missing": "Escriba su nombre completo.",
    "your_name_short": "Escriba su nombre y su apellido. Si este es su nombre completo, marque la casilla de abajo.",
    "your_name_letters": "Escriba su nombre completo con letras.",
    "your_name_long": "Su nombre tiene más de 150 letras. Acórtelo.",
    "your_name_unseen": "Su nombre tiene signos que no se ven y que cambian cómo se lee. Escríbalo a mano, sin "
    "pegarlo.",
    "whole_name": "Este es mi nombre completo",
    "relation": "Usted es",
    "relation_parent": "Padre o madre",
    "relation_legal_guardian": "Tutor o tutora legal",
    "relation_missing": "Diga qué es usted del paciente.",
    "send": "Firmar y enviar",
    # sent
    "sent_title": "Respuestas enviadas",
    "sent": "Gracias. Sus respuestas ya se enviaron.",
    "answered_in_en": "Usted contestó en inglés.",
    "answered_in_es": "Usted contestó en español.",
    "stop": "Deje de tomar la medicina ahora",
    "stop_guardian": "El paciente no debe tomar ni una cápsula más.",
    "stop_patient": "No tome ni una cápsula más.",
    "stop_menses": "Como ya le vino la regla, el equipo médico primero tiene que hablar con usted y hacer una prueba "
    "de embarazo.",
    "stop_baby": "Esta medicina puede hacer mucho daño a un bebé que no ha nacido.",
    "call_now": "Llame ahora a su equipo médico.",
    "do_not_wait": "No espere a que le llamen.",
    "please_call": "Llame a su equipo médico",
    "talk_guardian": "Hay que hablar de una de sus respuestas. Llame antes de que el paciente tome la próxima cápsula.",
    "talk_patient": "Hay que hablar de una de sus respuestas. Llame antes de tomar la próxima cápsula.",
    "next": "Qué pasa ahora",
    "next_stop": "Nadie puede recibir un número nuevo para este tratamiento hasta que el programa lo revise.",
    "next_capsules": "Guarde las cápsulas que tiene. No las tire ni se las dé a nadie. Su equipo médico le dirá cómo "
    "devolverlas.",
    "next_call": "El programa puede llamarle a usted o a su equipo médico para hablar de la respuesta.",
    "next_waits": "La receta nueva espera hasta que eso se aclare.",
    "next_done": "Su equipo médico ve que la encuesta está hecha y sigue con la receta.",
    "next_nothing": "No tiene que hacer nada más hasta que su equipo médico le pida otra encuesta.",
    "next_private": "Solo el programa lee sus respuestas.",
    "changes": "Si algo cambia",
    "changes_male": "Si su pareja está o puede estar embarazada: avise a su equipo médico ahora mismo, o",
    "changes_female": "Si no le viene la regla, si está embarazada o cree que puede estarlo: deje la medicina, avise a "
    "su equipo médico ahora mismo, o",
    "report_here": "dé aviso aquí",
    "copy": "Guardar una copia (PDF)",
    "copy_until": "Aquí puede abrir la copia durante una hora. Muestra sus respuestas: guárdela donde nadie la vea.",
    "no_copy_title": "Ahora no se puede hacer la copia",
    "no_copy": "Su encuesta queda enviada y guardada de todos modos. Pida una copia al programa.",
    "go_back": "Volver",
    "close": "Ya puede cerrar esta página.",
    "care_team": "Su equipo médico:",
    "call": "Llamar al",
    # gone
    "gone_title": "Este enlace no funciona",
    "gone": "Este enlace ya no funciona",
    "gone_lead": "Pida un enlace nuevo a su equipo médico. Es cosa de un momento.",
    "gone_why": "Un enlace deja de funcionar cuando ya se enviaron las respuestas, después de 7 días, cuando se hizo "
    "otro más nuevo, o si la fecha de nacimiento no fue correcta varias veces.",
    "gone_typed": "Si escribió la dirección, revise que esté completa.",
    "gone_pregnant_title": "¿Está embarazada o puede estarlo?",
    "gone_pregnant": "Si está o puede estar embarazada, deje de tomar la medicina y llame ahora a su equipo médico. Si "
    "su pareja está o puede estar embarazada, llame también. Para eso no hace falta ningún enlace.",
}

WORDS: Mapping[str, Mapping[str, str]] = {"en": ENGLISH, "es": SPANISH}
