-- question: For which reasons were records not counted?
SELECT reason, count(*) AS records
FROM rejected
GROUP BY reason
ORDER BY records DESC, reason
