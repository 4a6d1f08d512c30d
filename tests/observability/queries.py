# Asks a Prometheus every query of the dashboard: queries.py DASHBOARD URL. Says how many it took, and how many have series.
import json, sys, urllib.parse, urllib.request

filled = {"$__rate_interval": "2s", "$__range": "30s", "$instance": ".*", "$endpoint": ".*"}
asked = empty = 0
for panel in json.load(open(sys.argv[1]))["panels"]:
    for target in panel.get("targets", []):
        query = target["expr"]
        for name, value in filled.items():
            query = query.replace(name, value)
        url = f"{sys.argv[2]}/api/v1/query?" + urllib.parse.urlencode({"query": query})
        try:
            result = json.load(urllib.request.urlopen(url, timeout=10))["data"]["result"]
        except urllib.error.HTTPError as refused:
            sys.exit(f"{query}: {refused.read().decode()}")
        asked += 1
        if not result:
            empty += 1
            print(f"no series: {query}", file=sys.stderr)
print(f"{asked} queries, {asked - empty} with series")
sys.exit(0 if asked - empty > 20 else 1)
