#!/usr/bin/env bash
# Every call of the API, with curl and jq alone, against an instance without applications:
#
#   MISO_CLIENT_ID=… MISO_CLIENT_SECRET=… tests/curl/every-call.sh http://127.0.0.1:PORT
#
# It prints a line for each call and exits with 1 at the first answer that is not what it should be,
# and when the instance's own document names a call that was not made. What it creates, it deletes.
set -euo pipefail

instance=${1:?'which instance? every-call.sh http://127.0.0.1:PORT'}
: "${MISO_CLIENT_ID:?}" "${MISO_CLIENT_SECRET:?}"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
body=$work/body head=$work/head made=$work/made
token=

# call METHOD PATH STATUS [BODY [curl's arguments]]
# Its answer is in $body and its head in $head. Headers come from a file: a token in an argument
# could be read by every user of the machine.
call() {
  local method=$1 path=$2 expected=$3 text=${4:-} status
  shift $(($# < 4 ? $# : 4))
  {
    [[ -z $token ]] || echo "Authorization: Bearer $token"
    [[ -z $text ]] || echo 'Content-Type: application/json'
  } >"$work/headers"
  printf '%s' "$text" >"$work/sent"
  status=$(curl --silent --show-error --max-time 30 --request "$method" \
    --header "@$work/headers" ${text:+--data-binary "@$work/sent"} "$@" \
    --dump-header "$head" --output "$body" --write-out '%{http_code}' "$instance$path")
  printf '%-6s %-80s %s\n' "$method" "$path" "$status"
  echo "$method ${path%%\?*}" >>"$made"
  [[ $status == "$expected" ]] || wrong "expected $expected"
}

wrong() {
  echo "$*" >&2
  jq . "$body" >&2 2>/dev/null || cat "$body" >&2
  exit 1
}

# so FILTER [jq's arguments]: the last answer is so.
so() { jq --exit-status "$@" "$body" >"$work/jq" || wrong "not so: $1"; }

# the FILTER: something of the last answer.
the() { jq --raw-output "$1" "$body"; }

# etag: the version that the last answer carried.
etag() { tr -d '\r' <"$head" | sed -n 's/^etag: *//Ip'; }

# until_so PATH FILTER: asks again until the answer is so, for at most 30 s.
until_so() {
  local end=$((SECONDS + 30))
  while call GET "$1" 200 && ! jq --exit-status "$2" "$body" >"$work/jq"; do
    ((SECONDS < end)) || wrong "not within 30 s: $2"
    sleep 0.5
  done
}

# ended ID STATUS: that deployment ends so.
ended() {
  until_so "/api/deployments/$1" '.status | IN("completed", "failed", "cancelled")'
  so --arg status "$2" '.status == $status'
}

# deploy APPLICATION BODY: starts a deployment; its id is in $deployment.
deploy() {
  call POST "/api/applications/$1/deploy" 202 "$2"
  deployment=$(the .id)
}

echo '# Sign-in'
account() {
  jq -n --arg secret "$1" '{client_id: env.MISO_CLIENT_ID, client_secret: $secret,
    grant_type: "client_credentials", scope: "api"}'
}
call POST /auth/token 401 "$(account 'not this one')"
so '.error | .code == "UNAUTHORIZED" and (.requestId | startswith("req-"))'
call GET /api/applications 401
call POST /auth/token 200 "$(account "$MISO_CLIENT_SECRET")"
so '.token_type == "Bearer" and .expires_in > 0'
token=$(the .access_token)
call GET /api/users/me 200
so '(.permissions | index("applications:deploy")) and (.environments | length) == 3'
call GET '/api/users/me/permissions?environment=prod' 200
so '.permissions | index("applications:deploy")'

echo '# The document itself'
call GET /api/docs 200
call GET /api/docs/start.js 200
call GET /api/openapi.json 200
so '.openapi | startswith("3.1")'
cp "$body" "$work/openapi"

echo '# Applications'
call POST /api/applications 400 '{"key":"Not a key","displayName":""}'
so '[.error.details[].field] | index("key") and index("displayName")'
call POST /api/applications 201 '{"key":"my-app","displayName":"My Application","type":"webapp",
  "image":"miso/hello:1.0","port":3000}'
call POST /api/applications 409 '{"key":"my-app","displayName":"Another","type":"webapp",
  "image":"miso/hello:1.0","port":3000}'
so '.error.code == "CONFLICT"'
call GET '/api/applications?page=1&pageSize=1&sort=-updatedAt&search=my&type=webapp' 200
so '.data[0].key == "my-app" and .meta.pageSize == 1 and .links.self'
call GET '/api/applications?pageSize=201' 400
call GET /api/applications/my-app 200
first=$(etag)
changed=$(jq '.description = "Says hello." | .version = "1.0.1"' "$body")
call PUT /api/applications/my-app 200 "$changed" --header "If-Match: $first"
so '.description == "Says hello."'
call PUT /api/applications/my-app 409 "$changed" --header "If-Match: $first"
call GET /api/applications/nobody 404
so '.error.code == "NOT_FOUND"'

echo '# Deployments'
call GET '/api/applications/my-app/deployments?environment=dev' 200
created=$(the '.data[-1].id')
ended "$created" completed
so '.progress == 100 and (.steps | length) > 0'
call POST /api/applications/my-app/deploy 200 \
  '{"environment":"dev","image":"miso/hello:1.1","dryRun":true}'
so '.changes[] | select(.before == "miso/hello:1.0" and .after == "miso/hello:1.1")'
text='{"environment":"dev","image":"miso/hello:1.1","note":"a newer one"}'
call POST /api/applications/my-app/deploy 202 "$text" --header 'Idempotency-Key: walk-1'
deployment=$(the .id)
call POST /api/applications/my-app/deploy 202 "$text" --header 'Idempotency-Key: walk-1'
so --arg id "$deployment" '.id == $id'
ended "$deployment" completed
call GET "/api/deployments/$deployment/logs" 200
so '.data | length > 0'
call DELETE "/api/deployments/$deployment" 409
deploy my-app "{\"environment\":\"dev\",\"from\":{\"deploymentId\":\"$created\",\"as\":\"rollback\"}}"
ended "$deployment" completed
so --arg from "$created" '.image == "miso/hello:1.0" and .rollbackOf == $from'
deploy my-app '{"environment":"test","image":"miso/slow-start:1.0"}'
call POST /api/applications/my-app/deploy 409 '{"environment":"test","image":"miso/hello:1.0"}'
call DELETE "/api/deployments/$deployment" 202
ended "$deployment" cancelled
deploy my-app '{"environment":"test","image":"miso/crashing:1.0"}'
ended "$deployment" failed
so '.error | length > 0'
call GET '/api/deployments?status=failed' 200
so --arg id "$deployment" '[.data[].id] | index($id)'

echo '# Promotion'
deploy my-app "{\"environment\":\"prod\",\"from\":{\"deploymentId\":\"$created\",\"as\":\"promotion\"}}"
ended "$deployment" completed
so --arg from "$created" '.promotedFrom == $from'

echo '# Environments'
call GET /api/environments 200
so '[.data[].key] | index("dev") and index("test") and index("prod")'
until_so /api/environments/dev '[.resources[].usage.memoryBytes // 0] | max > 0'
so '.applications | length == 1'

echo '# Monitoring'
until_so '/api/applications/my-app/health?environment=dev' '.status == "healthy"'
so '(.checks | length) > 0 and (.history | length) > 0'
call GET /api/applications/my-app/health 200
until_so '/api/applications/my-app/logs?limit=50' '.data | length > 0'
call GET '/api/applications/my-app/logs?environment=dev&order=asc&limit=1' 200
so '.data | length == 1'
call GET "/api/applications/my-app/logs?environment=dev&order=asc&limit=1&cursor=$(the '.nextCursor | @uri')" 200
call GET '/api/applications/my-app/logs?limit=10001' 400
lines='/api/applications/my-app/logs?environment=dev&since=2000-01-01T00:00:00Z'
grep --quiet '^event: line' < <(curl --silent --max-time 10 --no-buffer --header "@$work/headers" \
  --header 'Accept: text/event-stream' "$instance$lines") || wrong 'no live line'
until_so '/api/applications/my-app/metrics?environment=dev' \
  '[.series[] | select(.points | length > 0) | .name] | index("memory_bytes")'

echo '# Configuration'
call GET '/api/applications/my-app/configuration?environment=dev' 200
version=$(etag)
items='{"items":[{"name":"GREETING","value":"Hei","location":"variable","required":false},
  {"name":"API_KEY","value":"walk-secret","location":"keyvault","required":true}]}'
call PUT '/api/applications/my-app/configuration?environment=dev' 200 "$items" \
  --header "If-Match: $version"
so '.message | test("next deployment")'
! grep -q walk-secret "$body" || wrong 'a secret was read back'
call PUT '/api/applications/my-app/configuration?environment=dev' 409 "$items" \
  --header "If-Match: $version"
call GET '/api/applications/my-app/configuration?environment=dev' 200
so '.items[] | select(.name == "API_KEY") | .value == null and .isSet'

echo '# Access'
call PUT /api/applications/my-app/access/team%40example.com 200 \
  '{"subjectType":"group","role":"developer","environments":["dev"]}'
call GET /api/applications/my-app/access 200
so '.[] | select(.subject == "team@example.com") | .role == "developer"'
call DELETE /api/applications/my-app/access/team%40example.com 204
call POST /api/access-requests 201 \
  '{"applicationKey":"my-app","role":"viewer","environments":["prod"],"reason":"to look"}'
request=$(the .id)
call GET /api/access-requests 200
so --arg id "$request" '[.data[].id] | index($id)'
call PATCH "/api/access-requests/$request" 200 '{"decision":"denied","note":"not today"}'

echo '# What happened'
call GET /api/applications/my-app/events 200
so '[.data[].kind] | index("deployment") and index("configuration") and index("access")'

echo '# Deleting'
call DELETE /api/applications/my-app 409
call DELETE '/api/applications/my-app?force=true' 204
call GET /api/applications/my-app 404

echo '# Errors'
call GET /api/nowhere 404
so '.error.code == "NOT_FOUND"'
call PATCH /api/applications 405
grep -qi '^allow:' "$head" || wrong 'no Allow'
call POST /api/applications 400 '{"key":'
so '.error.code == "VALIDATION_ERROR"'

# Every call of the document was made: its paths are made patterns, a part in braces any one part.
jq --raw-output --rawfile made "$made" '
  ($made | split("\n")) as $made
  | .paths | to_entries[] | .key as $path | .value | keys[] | ascii_upcase as $method
  | "^\($method) \($path | gsub("[.]"; "[.]") | gsub("[{][^}]*[}]"; "[^/]+"))$" as $call
  | select(any($made[]; test($call)) | not) | "\($method) \($path)"' "$work/openapi" >"$work/unmade"
[[ ! -s $work/unmade ]] || { body=$work/unmade wrong 'these calls were not made'; }
echo "$(wc -l <"$made") calls; every call of the document was made"
