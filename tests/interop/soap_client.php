<?php
// PHP's SoapClient, driven by one JSON object in BANC_SOAP: wsdl, headers ([namespace, name, XML]), operation, content,
// ca_file, and pem (certificate and key) for mutual TLS.
$told = json_decode(getenv("BANC_SOAP"), true);
$tls = ["cafile" => $told["ca_file"], "verify_peer" => true, "verify_peer_name" => true];
if (isset($told["pem"])) {
    $tls["local_cert"] = $told["pem"];
}
$options = [
    "soap_version" => SOAP_1_2,
    "cache_wsdl" => WSDL_CACHE_NONE,
    "stream_context" => stream_context_create(["ssl" => $tls]),
];
$client = new SoapClient($told["wsdl"], $options);
$headers = [];
foreach ($told["headers"] as [$namespace, $name, $xml]) {
    $headers[] = new SoapHeader($namespace, $name, new SoapVar($xml, XSD_ANYXML));
}
try {
    $seen = ["result" => $client->__soapCall($told["operation"], [$told["content"]], null, $headers)];
} catch (SoapFault $fault) {
    $seen = ["fault" => ["code" => $fault->faultcode, "reason" => $fault->getMessage(), "detail" => $fault->detail ?? null]];
}
echo json_encode($seen), "\n";
