"""What mail programs write by themselves, in the languages of the people who use them: words, not rules.

A quiet room: texts alone, lower case. A language that is missing here costs little: most shapes are known without.
May import: nothing. Called by: netwatch.mailbox.reading.*.
"""

from __future__ import annotations

WROTE = (
    "wrote", "writes", "said", "sent",
    "schrieb", "schreibt", "geschrieben",
    "a écrit", "écrit",
    "escribió", "escribe", "ha escrito",
    "escreveu", "escrito",
    "ha scritto", "scritto", "scrive",
    "schreef", "skrev", "skrifaði", "kirjoitti", "kirjutas",
    "napisał", "napisała", "napisał(a)", "pisze",
    "napsal", "napsala", "napsal(a)", "napísal", "napísala", "napísal(a)",
    "írta", "a scris", "scrise", "napisao", "napisala", "je napisao", "je napisal", "rašė", "rakstīja",
    "написал", "написала", "пишет", "написав", "пише", "написа",
    "έγραψε", "yazdı", "şunu yazdı", "đã viết", "menulis", "เขียน", "כתב", "كتب",
    "写道", "寫道", "のメール", "さんは書きました", "님이 작성", "작성",
)  # fmt: skip
"""How `On Monday, somebody wrote:` says wrote."""

ATTRIBUTION_BEGINS = (
    "on", "at", "in a message dated", "am", "le", "el", "il", "em", "op", "den", "d.", "dne", "dňa", "w dniu",
    "dnia",
    "pe", "la", "a", "ti", "em", "kl", "w", "v", "u", "στις", "на", "в", "pada", "ngày", "vào",
)  # fmt: skip
"""The first word of that line."""

FROM_LABELS = frozenset((
    "from", "von", "de", "da", "van", "från", "fra", "frá", "od", "feladó", "от", "від", "kimden", "lähettäjä",
    "saatja",
    "odesílatel", "odosielateľ", "pošiljatelj", "šalje", "expéditeur", "remitente", "absender", "mittente",
    "afzender",
    "avsändare", "avsender", "afsender", "nadawca", "remetente", "expeditor", "sender", "nuo", "από",
    "差出人", "发件人", "寄件者", "寄件人", "보낸사람",
))  # fmt: skip
"""The first label of the block of headers that Outlook puts above what it quotes, without spaces."""

FORWARDED = (
    "begin forwarded message", "anfang der weitergeleiteten", "début du message réexpédié",
    "inizio messaggio inoltrato",
    "begin doorgestuurd bericht", "inicio del mensaje reenviado",
)  # fmt: skip

PROGRAM_SIGNATURES = (
    "sent from", "sent via", "sent with", "sent using", "get outlook for", "outlook for android", "outlook for ios",
    "von meinem", "von meiner", "gesendet von", "gesendet mit", "gesendet aus", "diese nachricht wurde von",
    "envoyé de", "envoyé depuis", "envoyé à partir", "obtenir outlook", "télécharger outlook",
    "enviado desde", "obtener outlook", "enviado do", "enviado a partir", "obter o outlook",
    "inviato da", "inviato dal", "scarica outlook", "verzonden vanaf", "verzonden met", "verzonden vanuit",
    "outlook voor",
    "skickat från", "hämta outlook", "sendt fra", "hent outlook", "lähetetty", "hanki outlook",
    "wysłane z", "pobierz outlook", "odesláno z", "odoslané z", "отправлено с", "отправлено из", "надіслано з",
    "iphoneから送信", "ipadから送信", "发自我的", "發自我的", "來自我的", "나의 iphone에서", "내 iphone에서",
)  # fmt: skip
"""How the line begins that a program puts below what a person wrote."""

GREETINGS = (
    "hi", "hello", "hey", "dear", "good morning", "good evening", "good day", "good afternoon", "thanks",
    "thank you", "thx",
    "hallo", "moin", "servus", "liebe", "lieber", "guten tag", "guten morgen", "guten abend", "danke", "bonjour",
    "bonsoir",
    "salut", "merci", "hola", "buenas", "buenos días", "buenas tardes", "gracias", "ciao", "buongiorno", "grazie",
    "olá",
    "bom dia", "dag", "beste", "hej", "hei", "cześć", "dobrý den", "ahoj", "team", "netwatch",
)  # fmt: skip
"""How a line begins that is a greeting and nothing else."""

WARNINGS = (
    "external email", "external e-mail", "external sender", "external message", "external:", "[external]",
    "caution:",
    "caution!", "warning: external", "warning: this", "attention: external", "achtung: extern", "achtung: diese",
    "this email originated from outside", "this message originated from outside", "this email came from outside",
    "this message came from outside", "this message was sent from outside", "you don't often get email from",
    "some people who received this message", "diese e-mail kommt von außerhalb",
    "diese e-mail stammt von außerhalb",
)  # fmt: skip
"""How the paragraph begins that a mail gateway puts above what a person wrote."""

AWAY_SUBJECTS = (
    "out of office", "out of the office", "automatic reply", "automatic response", "auto reply", "auto-reply",
    "auto response", "auto-response", "autoreply", "autoresponse", "autoresponder", "auto:", "vacation",
    "automatische antwort", "abwesenheit", "abwesend", "ich bin nicht im büro", "réponse automatique",
    "absence du bureau",
    "respuesta automática", "fuera de la oficina", "risposta automatica", "fuori sede", "resposta automática",
    "ausência",
    "automatisch antwoord", "afwezig", "autosvar", "automatiskt svar", "automatisk svar", "frånvar", "fravær",
    "automaattinen vastaus", "poissa", "odpowiedź automatyczna", "autoodpowiedź", "automatická odpověď",
    "automatikus válasz", "автоответ", "автоматический ответ", "otomatik yanıt",
    "自動応答", "自動返信", "不在", "自动回复", "自動回覆", "자동 회신", "부재중",
)  # fmt: skip
"""How the subject of an automatic reply begins."""

DASHES = " \t:;,.-\N{EN DASH}\N{EM DASH}!*_\"'"
"""What stands between a command and a comment, and means nothing."""

UNDELIVERED = (
    "undeliver", "could not be delivered", "couldn't be delivered", "was not delivered", "wasn't delivered",
    "not been delivered", "unable to deliver", "wasn't able to deliver", "not able to deliver", "cannot deliver",
    "can't be delivered", "cannot be delivered", "delivery failed", "delivery failure", "delivery has failed",
    "delivery error", "delivery report", "failed delivery", "failure notice", "failure delivery", "returned mail",
    "returned message", "returned to sender", "mail system error", "mail delivery problem", "did not reach",
    "fatal errors", "nondeliverable", "non-deliver", "non delivery", "message not delivered", "message you sent",
    "mail failure", "delivery status notification", "rejected your message", "does not exist", "user unknown",
    "unzustellbar", "nicht zugestellt", "konnte nicht", "non remis", "n'a pas pu", "no se ha podido entregar",
    "no se pudo entregar", "non è stato possibile", "não foi possível entregar", "kon niet worden", "配信できません",
    "无法投递",
)  # fmt: skip
"""What a mail system writes about a mail that never arrived."""

DELAYED = (
    "delayed", "still being retried", "delay)", "will be retried", "will continue to try", "will keep trying",
    "not yet been delivered", "still could not be delivered", "could not send message for past", "warning: message",
    "you do not need to resend", "do not need to resend", "no action is required", "verzögert", "verspätet",
    "retardé",
)  # fmt: skip
"""And about one that it still tries to deliver."""

RETURNED_FROM_HERE = (
    "below this line is a copy", "below the next line is a copy", "this is a copy of", "original message",
    "message header follows", "message text follows", "returned message", "returned mail follows",
    "unsent message below",
    "a copy of the message", "begin of returned", "start of returned", "the header of", "the body of",
    "included is a copy",
    "your original message", "message headers follow", "undelivered message", "ursprüngliche nachricht",
    "message d'origine",
    "the first ", "full headers",
)  # fmt: skip
"""How the line begins below which our own mail is repeated."""
