"""State in Redis 7.0 or newer, or Valkey 8.

| key | type | what |
|---|---|---|
| ``session:ID`` | hash | a session: text as is, the rest as JSON; plus ``version`` and ``_indexes`` |
| ``event:{E}``, ``team:{E}:ID``, ``team_name:{E}:SHA`` | hash | an event, a team, a taken name |
| ``judge:{E}:ID``, ``assignment:{E}``, ``schedule:{E}`` | hash | a judge, who hears whom, who is on stage when |
| ``final:{E}`` | hash | the finalists, and which of each two a judge thinks the better |
| ``card:{E}:SESSION:JUDGE`` | hash | a judge's card of a session, as it is |
| ``card_entry:{E}:NUMBER`` | hash | a card as it was saved once, with digest and chain; erased ones have these only |
| ``cards:{E}`` | hash | how many entries there are, and the end of their chain |
| ``index:{E}:cards[:facet:ID]``, ``index:{E}:card_entries[:SESSION:JUDGE]`` | sorted set | row keys by number |
| ``vote:{E}:SHA`` | hash | what a ballot picks, by the ballot's SHA-256 |
| ``index:{E}:votes[:KIND:SESSION]`` | sorted set | row keys of votes by when they were cast |
| ``organizers`` | hash | all who run events |
| ``token:SHA`` | hash | the principal behind a token, by the token's SHA-256 |
| ``index:{E}:sessions[:facet:value]``, ``index:{E}:teams``, ``…:judges`` | sorted set | row keys by creation time |
| ``transcript:{E}:ID`` | hash | the words of a session, with times |
| ``advice:{E}:ID`` | hash | what a model advises the team of a session, sentence by sentence |
| ``live_slots`` | hash | who transcribes live now |
| ``due:{E}`` | sorted set | session ids, or the key of the event or its cards, by when a worker should look at them |
| ``due:{E}:transcripts``, ``due:{E}:advice`` | sorted set | keys of words or advice by the time a worker should look |
| ``facts:{E}`` | stream | the event's fact log; ``facts:{installation}`` that of what is about no event |
| ``events`` | set | ids of all events |
| ``once:PURPOSE:SHA`` | string | answers, one-time links, what was deleted; the only keys with a time to live |
| ``facts`` | channel | every fact as it is committed |

Braces are Redis Cluster hash tags; session ids are made so that ``session:ID`` lies in its event's slot.
"""

from pitchscoop.adapters.redis.state import RedisState

__all__ = ["RedisState"]
