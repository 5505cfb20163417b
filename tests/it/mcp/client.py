"""An MCP client at the test's command: a line of JSON in, a line of JSON out.

It is the official Python package, so that Tomo is not only tested with its own idea of the protocol.
The arguments are: `handshake` or `modern`, the program, and what the program is started with.
"""

import asyncio
import json
import os
import sys

from mcp import ClientSession, Implementation, MCPError, StdioServerParameters
from mcp.client import Client
from mcp.client.stdio import stdio_client


async def answer(session, request):
    if request["do"] == "tools":
        listed = await session.list_tools()
        return [tool.model_dump(by_alias=True, mode="json") for tool in listed.tools]
    try:
        results = await asyncio.gather(
            *(
                session.call_tool(request["tool"], request["arguments"])
                for _ in range(request.get("times", 1))
            )
        )
    except MCPError as error:
        return {"protocol_error": str(error)}
    return [result.model_dump(by_alias=True, mode="json") for result in results]


async def serve(session, about):
    print(json.dumps(about), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(await answer(session, json.loads(line))), flush=True)


async def main():
    way, program, *arguments = sys.argv[1:]
    server = StdioServerParameters(command=program, args=arguments, env=dict(os.environ))
    who = Implementation(name="the tests' \u202eassistant", version="1")
    if way == "modern":
        async with Client(server, client_info=who) as client:
            await serve(client, {"protocol": client.protocol_version})
        return
    async with stdio_client(server) as (reading, writing):
        async with ClientSession(reading, writing, client_info=who) as session:
            begun = await session.initialize()
            await serve(session, begun.model_dump(by_alias=True, mode="json"))


asyncio.run(main())
