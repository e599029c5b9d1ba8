// The words of the page in both languages, and the choice between them.

const WORDS = {
  fr: {
    title: "Banc Ségur : échanges en direct", session: "Session", timeline: "Ce que votre logiciel vient d'envoyer",
    search: "Filtrer : opération, code, règle, texte…", outcome: "Résultat", operation: "Opération",
    onlyFindings: "avec écarts", anyOutcome: "tous les résultats", accepted: "accepté", refused: "refusé",
    failed: "en panne", observed: "observé", live: "en direct", lost: "connexion perdue, nouvel essai…",
    empty: "Rien n'est encore arrivé dans cette session. Adresses des services :",
    nothingChosen: "Aucun échange choisi", choose: "Choisissez une ligne pour lire l'échange, ses écarts et ses octets.",
    software: "Logiciel", findings: "Écarts", noFinding: "Aucun écart relevé.", found: "trouvé", expected: "attendu",
    fix: "à faire", clause: "texte", where: "où", line: "ligne", facts: "Ce que le banc y a lu", request: "Requête",
    response: "Réponse", headers: "En-têtes", decoded: "Décodé", raw: "Brut", bytes: "octets", peer: "Appelant",
    certificate: "certificat", token: "Jeton", tokens: "Jetons portés", tokenTitle: "Jeton de l'API de contrôle",
    tokenText: "Ce banc a été démarré avec un jeton (BANC_TOKEN). Il reste dans cet onglet.", enter: "Entrer",
    cut: "coupé : le reste est dans le journal", error: "erreur", warning: "avertissement", info: "information",
    download: "Octets exacts", fault: "panne provoquée", reset: "session remise à zéro", duration: "durée",
    oneFinding: "écart", manyFindings: "écarts", session_by: "rattaché par", none: "aucune ligne ne correspond",
    views: "Vues", exchanges: "Échanges", accesses: "Accès aux DMP",
    accessesTitle: "Qui a fait quoi dans les DMP, comme le patient le voit",
    noAccess: "Personne n'a encore ouvert, alimenté ni consulté de DMP dans cette session.",
    accessesNote: "Un accès refusé n'y est pas ; un document invisible au patient n'y est pas nommé.",
    when: "Quand", who: "Qui", what: "Quoi", patient: "Patient", bris_de_glace: "bris de glace", centre_15: "centre 15",
    "access.authorization": "Autorisation d'accès", "access.filed": "Dépôt", "access.searched": "Recherche", "access.read": "Lecture",
    "access.masked": "Masquage", "access.shown": "Remise en visibilité", "access.deleted": "Suppression", "access.archived": "Archivage",
    tls: "TLS", gone: "Cet échange n'existe plus dans cette session.", members: "Membres", clock: "horloge de la session",
  },
  en: {
    title: "Banc Ségur: live exchanges", session: "Session", timeline: "What your software just sent",
    search: "Filter: operation, code, rule, text…", outcome: "Outcome", operation: "Operation",
    onlyFindings: "with findings", anyOutcome: "any outcome", accepted: "accepted", refused: "refused",
    failed: "failed", observed: "observed", live: "live", lost: "connection lost, trying again…",
    empty: "Nothing has arrived in this session yet. Addresses of the services:",
    nothingChosen: "No exchange chosen", choose: "Choose a line to read the exchange, its findings and its bytes.",
    software: "Software", findings: "Findings", noFinding: "No finding.", found: "found", expected: "expected",
    fix: "fix", clause: "clause", where: "where", line: "line", facts: "What the bench read in it", request: "Request",
    response: "Response", headers: "Headers", decoded: "Decoded", raw: "Raw", bytes: "bytes", peer: "Caller",
    certificate: "certificate", token: "Token", tokens: "Tokens carried", tokenTitle: "Token of the control API",
    tokenText: "This bench was started with a token (BANC_TOKEN). It stays in this tab.", enter: "Enter",
    cut: "cut: the rest is in the journal", error: "error", warning: "warning", info: "information",
    download: "Exact bytes", fault: "provoked fault", reset: "session reset", duration: "duration",
    oneFinding: "finding", manyFindings: "findings", session_by: "attributed by", none: "no line matches",
    views: "Views", exchanges: "Exchanges", accesses: "Accesses to the DMP",
    accessesTitle: "Who did what in the DMP records, as the patient sees it",
    noAccess: "Nobody has opened, fed or consulted a DMP in this session yet.",
    accessesNote: "A refused access is not there; a document hidden from the patient is not named.",
    when: "When", who: "Who", what: "What", patient: "Patient", bris_de_glace: "break glass", centre_15: "centre 15",
    "access.authorization": "Authorization of access", "access.filed": "Filing", "access.searched": "Search", "access.read": "Reading",
    "access.masked": "Masking", "access.shown": "Made visible", "access.deleted": "Deletion", "access.archived": "Archiving",
    tls: "TLS", gone: "This exchange no longer exists in this session.", members: "Members", clock: "session clock",
  },
};
const SERVICES = { psc: "Pro Santé Connect", insi: "INSi", mssante: "MSSanté", dmp: "DMP", annuaire: "Annuaire Santé", pfi: "PFI", tls: "TLS", driver: "Driver" };
const KEPT = "banc.lang";
const listeners = new Set();
let lang = localStorage.getItem(KEPT) ?? (navigator.language.startsWith("en") ? "en" : "fr");

export const language = () => lang;
export const say = (key) => WORDS[lang][key] ?? key;
export const serviceName = (service) => SERVICES[service] ?? service;

export function choose(wanted) {
  lang = wanted === "en" ? "en" : "fr";
  localStorage.setItem(KEPT, lang);
  apply();
  for (const listener of listeners) listener();
}

export const onLanguage = (listener) => listeners.add(listener);

export function apply() {
  document.documentElement.lang = lang;
  document.title = say("title");
  document.getElementById(`lang-${lang}`).checked = true;
  for (const element of document.querySelectorAll("[data-say]")) element.textContent = say(element.dataset.say);
  for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", say(element.dataset.label));
  for (const element of document.querySelectorAll("[data-placeholder]")) element.placeholder = say(element.dataset.placeholder);
}
