// Debian's libgoogle-oauth-client-java through one whole life of a session. Told by BANC_RP (JSON: document, ca_file, id,
// secret, redirect, goodbye), it prints what it saw as one JSON object, or the error that stopped it.

import com.google.api.client.auth.oauth2.AuthorizationCodeFlow;
import com.google.api.client.auth.oauth2.AuthorizationCodeResponseUrl;
import com.google.api.client.auth.oauth2.BearerToken;
import com.google.api.client.auth.oauth2.Credential;
import com.google.api.client.auth.openidconnect.IdToken;
import com.google.api.client.auth.openidconnect.IdTokenResponse;
import com.google.api.client.auth.openidconnect.IdTokenVerifier;
import com.google.api.client.http.BasicAuthentication;
import com.google.api.client.http.GenericUrl;
import com.google.api.client.http.HttpRequest;
import com.google.api.client.http.HttpResponse;
import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.UrlEncodedContent;
import com.google.api.client.http.javanet.NetHttpTransport;
import com.google.api.client.json.GenericJson;
import com.google.api.client.json.JsonObjectParser;
import com.google.api.client.json.gson.GsonFactory;
import java.io.FileInputStream;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;

public class GoogleOAuthClient {
  static final GsonFactory JSON = GsonFactory.getDefaultInstance();
  static final GenericJson seen = new GenericJson();
  static Map<String, Object> told;
  static Map<String, Object> provider;
  static HttpTransport transport;

  @SuppressWarnings("unchecked")
  public static void main(String[] arguments) throws Exception {
    told = JSON.fromString(System.getenv("BANC_RP"), GenericJson.class);
    provider = (Map<String, Object>) told.get("document");
    seen.setFactory(JSON);
    try (FileInputStream authority = new FileInputStream(told("ca_file"))) {
      transport = new NetHttpTransport.Builder().trustCertificatesFromStream(authority).build();
      life();
    } catch (Exception error) {
      seen.set("error", error.getClass().getSimpleName() + ": " + error.getMessage());
    }
    System.out.println(seen);
  }

  static String told(String name) {
    return (String) told.get(name);
  }

  static GenericUrl at(String endpoint) {
    return new GenericUrl((String) provider.get(endpoint));
  }

  static void life() throws Exception {
    AuthorizationCodeFlow flow =
        new AuthorizationCodeFlow.Builder(
                BearerToken.authorizationHeaderAccessMethod(),
                transport,
                JSON,
                at("token_endpoint"),
                new BasicAuthentication(told("id"), told("secret")),
                told("id"),
                at("authorization_endpoint").build())
            .setScopes(List.of("openid", "scope_all"))
            .enablePKCE()
            .build();
    IdTokenResponse tokens = signIn(flow);
    Credential session = flow.createAndStoreCredential(tokens, "moi");
    seen.set("userinfo", userinfo(session));

    String former = session.getAccessToken();
    revoke(former);
    seen.set("again", userinfo(session)); // the library renews its token by itself on "invalid_token"
    seen.set("refreshed", !former.equals(session.getAccessToken()));

    GenericUrl goodbye = at("end_session_endpoint");
    goodbye.set("id_token_hint", tokens.getIdToken());
    goodbye.set("post_logout_redirect_uri", told("goodbye"));
    goodbye.set("state", "fin");
    seen.set("goodbye", landed(goodbye));
    seen.set("over", ended(session));
  }

  static IdTokenResponse signIn(AuthorizationCodeFlow flow) throws Exception {
    String state = random();
    String nonce = random();
    GenericUrl address = flow.newAuthorizationUrl().setRedirectUri(told("redirect")).setState(state);
    address.set("acr_values", "eidas1");
    address.set("nonce", nonce);
    AuthorizationCodeResponseUrl back = new AuthorizationCodeResponseUrl(landed(address));
    if (back.getError() != null) throw new IllegalStateException(back.getError());
    if (!state.equals(back.getState())) throw new IllegalStateException("state");
    IdTokenResponse tokens =
        IdTokenResponse.execute(flow.newTokenRequest(back.getCode()).setRedirectUri(told("redirect")));
    IdToken identity = tokens.parseIdToken();
    IdTokenVerifier verifier =
        new IdTokenVerifier.Builder()
            .setIssuer((String) provider.get("issuer"))
            .setAudience(List.of(told("id")))
            .setAcceptableTimeSkewSeconds(5)
            .setCertificatesLocation((String) provider.get("jwks_uri"))
            .setHttpTransportFactory(() -> transport)
            .build();
    if (!verifier.verify(identity)) throw new IllegalStateException("ID token");
    if (!nonce.equals(identity.getPayload().getNonce())) throw new IllegalStateException("nonce");
    seen.set("sub", identity.getPayload().getSubject());
    return tokens;
  }

  static String userinfo(Credential session) throws Exception {
    HttpRequest request = transport.createRequestFactory(session).buildGetRequest(at("userinfo_endpoint"));
    GenericJson person = request.setParser(new JsonObjectParser(JSON)).execute().parseAs(GenericJson.class);
    if (!seen.get("sub").equals(person.get("sub"))) throw new IllegalStateException("sub");
    return (String) person.get("SubjectNameID");
  }

  static void revoke(String token) throws Exception {
    transport
        .createRequestFactory(request -> request.setInterceptor(new BasicAuthentication(told("id"), told("secret"))))
        .buildPostRequest(at("revocation_endpoint"), new UrlEncodedContent(Map.of("token", token)))
        .execute()
        .disconnect();
  }

  static boolean ended(Credential session) {
    try {
      return !session.refreshToken();
    } catch (Exception refused) {
      return refused.getMessage().contains("invalid_grant");
    }
  }

  static String landed(GenericUrl address) throws Exception {
    HttpRequest request = transport.createRequestFactory().buildGetRequest(address);
    request.setFollowRedirects(false).setThrowExceptionOnExecuteError(false);
    HttpResponse answer = request.execute();
    if (answer.getStatusCode() != 302) throw new IllegalStateException("HTTP " + answer.getStatusCode());
    String location = answer.getHeaders().getLocation();
    answer.disconnect();
    return location;
  }

  static String random() {
    return new BigInteger(192, new SecureRandom()).toString(36);
  }
}
